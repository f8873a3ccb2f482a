import type { Clock } from '@netscope/domain';

import type { NativeLibrary, SocketWatcherNative } from './native/native-library.ts';
import { SLOT, type SocketLook } from './native/socket-slots.ts';

/** Readings of the two clocks beside each other; the closest one counts. */
const READINGS = 16;

/** The native functions of the hot path; every library of ours that has a watcher has them. */
interface Looks {
  readonly arm: (fd: number, slot: number, out: SocketLook) => number;
  readonly armAgain: (slot: number) => void;
  readonly look: (fd: number, slot: number, out: SocketLook) => number;
  readonly lookHeld: (fd: number, slot: number, out: SocketLook) => number;
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

  /** The watcher, or one sentence that says why there is none. Takes milliseconds, and 2 s at most. */
  static start(library: NativeLibrary, clock: Clock): SocketWatcher | string {
    const { SocketWatcher: Native } = library;
    const looks = looksOf(library);
    if (Native === undefined || looks === undefined) return 'this system has no receive stamps';
    try {
      return new SocketWatcher(new Native(), looks, clock);
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

  unwatch(slot: number): number {
    return this.#native.unwatch(slot);
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

  /** As `arm`, with what the latest look at this socket saw: nothing may have come since. */
  armAgain(): void {
    this.#watcher.looks.armAgain(this.#slot);
  }

  /** Looks at the socket, stamps included. False also where it is closed, or another by now. */
  look(into: SocketLook): boolean {
    return this.#told(this.#watcher.looks.look(this.#fd, this.#slot, into), into);
  }

  /** As `look`, for who knows that the descriptor is still open. */
  lookHeld(into: SocketLook): boolean {
    return this.#told(this.#watcher.looks.lookHeld(this.#fd, this.#slot, into), into);
  }

  #told(errno: number, into: SocketLook): boolean {
    if (errno !== 0) return false;
    const { aheadMs } = this.#watcher;
    into[SLOT.firstByteAtMs] = (into[SLOT.firstByteAtMs] ?? Number.NaN) - aheadMs;
    into[SLOT.lastBytesAtMs] = (into[SLOT.lastBytesAtMs] ?? Number.NaN) - aheadMs;
    return true;
  }

  /**
   * Before the socket is closed or after; more than once is as once. Gives the errno that was told to
   * the watching thread, and so not to the socket's owner, who reads an end instead; 0 for none.
   */
  end(): number {
    if (this.isEnded) return 0;
    this.#isEnded = true;
    return this.#watcher.unwatch(this.#slot);
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

function looksOf(library: NativeLibrary): Looks | undefined {
  const { armSocket: arm, armSocketAgain: armAgain } = library;
  const { lookAtSocket: look, lookAtHeldSocket: lookHeld } = library;
  if (arm === undefined || armAgain === undefined) return undefined;
  if (look === undefined || lookHeld === undefined) return undefined;
  return { arm, armAgain, look, lookHeld };
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
