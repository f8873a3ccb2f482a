import type { Clock } from '@netscope/domain';

import type { NativeLibrary, SocketWatcherNative } from './native/native-library.ts';
import { SLOT, type SocketLook } from './native/socket-slots.ts';

/** Readings of the two clocks beside each other; the closest one counts. */
const READINGS = 16;

/** The native functions of the hot path; every library of ours that has a watcher has them. */
interface Looks {
  arm(fd: number, slot: number, out: SocketLook): number;
  look(fd: number, slot: number, out: SocketLook): number;
}

/** Watches sockets for the kernel's receive stamps. One for a process, with one native thread. */
export class SocketWatcher {
  readonly looks: Looks;
  /** The native clock is ahead of ours by this. */
  readonly aheadMs: number;
  readonly #native: SocketWatcherNative;
  #isClosed = false;

  private constructor(native: SocketWatcherNative, looks: Looks, clock: Clock) {
    this.#native = native;
    this.looks = looks;
    this.aheadMs = headStartMs(native, clock);
  }

  /** The watcher, or one sentence that says why there is none. Takes milliseconds. */
  static start(library: NativeLibrary, clock: Clock): SocketWatcher | string {
    const { SocketWatcher: Native, armSocket: arm, lookAtSocket: look } = library;
    if (Native === undefined || arm === undefined || look === undefined) {
      return 'this system has no receive stamps';
    }
    try {
      return new SocketWatcher(new Native(), { arm, look }, clock);
    } catch (error) {
      return `this kernel gives no receive stamps: ${String(error)}`;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Undefined where the kernel refuses, or too many are watched. */
  watch(fd: number): SocketWatch | undefined {
    const slot = this.#native.watch(fd);
    return slot < 0 ? undefined : new SocketWatch(this, fd, slot);
  }

  /** How often its thread woke, at most once in a millisecond, and how often it looked at a socket. */
  get effort(): { readonly wakes: number; readonly looks: number } {
    const [wakes = 0, looks = 0] = this.#native.effort();
    return { wakes, looks };
  }

  unwatch(slot: number): void {
    this.#native.unwatch(slot);
  }

  /** Ends the thread, and with it every watch. */
  close(): void {
    this.#isClosed = true;
    this.#native.close();
  }
}

/** One connected socket that is watched until `end`, or until its watcher closes. */
export class SocketWatch {
  readonly #watcher: SocketWatcher;
  readonly #fd: number;
  readonly #slot: number;
  #isEnded = false;

  constructor(watcher: SocketWatcher, fd: number, slot: number) {
    this.#watcher = watcher;
    this.#fd = fd;
    this.#slot = slot;
  }

  get isEnded(): boolean {
    return this.#isEnded || this.#watcher.isClosed;
  }

  /** Looks at the socket, and waits from then on for the first byte that comes. */
  arm(into: SocketLook): boolean {
    return this.#watcher.looks.arm(this.#fd, this.#slot, into) === 0;
  }

  /** Looks at the socket, stamps included. False also where it is closed, or another by now. */
  look(into: SocketLook): boolean {
    const { looks, aheadMs } = this.#watcher;
    if (looks.look(this.#fd, this.#slot, into) !== 0) return false;
    into[SLOT.firstByteAtMs] = (into[SLOT.firstByteAtMs] ?? Number.NaN) - aheadMs;
    into[SLOT.lastBytesAtMs] = (into[SLOT.lastBytesAtMs] ?? Number.NaN) - aheadMs;
    return true;
  }

  /** Before the socket is closed or after; more than once is as once. */
  end(): void {
    if (this.isEnded) return;
    this.#isEnded = true;
    this.#watcher.unwatch(this.#slot);
  }
}

/** Takes the stamps out of a look that cannot be the answer's. */
export function withoutStamps(look: SocketLook): void {
  look.fill(Number.NaN, SLOT.firstByteAtMs);
}

/** When the answer's first byte came, monotonic ms; undefined where it was not seen unread. */
export function firstByteMs(look: SocketLook): number | undefined {
  const atMs = look[SLOT.firstByteAtMs];
  return atMs === undefined || Number.isNaN(atMs) ? undefined : atMs;
}

/** When the last of all bytes received came; undefined where more came after those seen unread. */
export function lastBytesMs(look: SocketLook): number | undefined {
  return look[SLOT.stampedBytes] === look[SLOT.bytesReceived]
    ? look[SLOT.lastBytesAtMs]
    : undefined;
}

function headStartMs(native: SocketWatcherNative, clock: Clock): number {
  let closestMs = Number.POSITIVE_INFINITY;
  let ahead = 0;
  for (let reading = 0; reading < READINGS; reading += 1) {
    const beforeMs = clock.monotonicMs();
    const nativeMs = native.nowMs();
    const afterMs = clock.monotonicMs();
    if (afterMs - beforeMs >= closestMs) continue;
    closestMs = afterMs - beforeMs;
    ahead = nativeMs - (beforeMs + afterMs) / 2;
  }
  return ahead;
}
