import type { Clock } from '@netscope/domain';

import type { NativeLibrary, SocketWatcherNative } from './native/native-library.ts';
import { SLOT, type SocketLook } from './native/socket-slots.ts';

/** Readings of the two clocks beside each other; the closest one counts. */
const READINGS = 16;

/** Watches sockets for the kernel's receive stamps. One for a process, with one native thread. */
export class SocketWatcher {
  readonly #native: SocketWatcherNative;
  /** The native clock is ahead of ours by this. */
  readonly #aheadMs: number;

  private constructor(native: SocketWatcherNative, clock: Clock) {
    this.#native = native;
    this.#aheadMs = headStartMs(native, clock);
  }

  /** The watcher, or one sentence that says why there is none. Takes milliseconds. */
  static start(library: NativeLibrary, clock: Clock): SocketWatcher | string {
    if (library.SocketWatcher === undefined) return 'this system has no receive stamps';
    try {
      return new SocketWatcher(new library.SocketWatcher(), clock);
    } catch (error) {
      return `this kernel gives no receive stamps: ${String(error)}`;
    }
  }

  /** Undefined where the kernel refuses, or too many are watched. */
  watch(fd: number): SocketWatch | undefined {
    const slot = this.#native.watch(fd);
    return slot < 0 ? undefined : new SocketWatch(this.#native, { fd, slot }, this.#aheadMs);
  }

  /** How often its thread woke: at most once in a millisecond. */
  get wakes(): number {
    return this.#native.wakes();
  }

  /** Ends the thread. What it watched is looked at without stamps from then on. */
  close(): void {
    this.#native.close();
  }
}

/** One connected socket that is watched until `end`. */
export class SocketWatch {
  readonly #native: SocketWatcherNative;
  readonly #fd: number;
  readonly #slot: number;
  readonly #aheadMs: number;
  #isEnded = false;

  constructor(
    native: SocketWatcherNative,
    socket: { readonly fd: number; readonly slot: number },
    aheadMs: number,
  ) {
    this.#native = native;
    this.#fd = socket.fd;
    this.#slot = socket.slot;
    this.#aheadMs = aheadMs;
  }

  /** Looks at the socket, and waits from then on for the first byte that comes. */
  arm(into: SocketLook): boolean {
    return this.#native.arm(this.#fd, this.#slot, into) === 0;
  }

  /** Looks at the socket, stamps included. False also where it is closed, or another by now. */
  look(into: SocketLook): boolean {
    if (this.#isEnded || this.#native.look(this.#fd, this.#slot, into) !== 0) return false;
    into[SLOT.firstByteAtMs] = (into[SLOT.firstByteAtMs] ?? Number.NaN) - this.#aheadMs;
    into[SLOT.lastBytesAtMs] = (into[SLOT.lastBytesAtMs] ?? Number.NaN) - this.#aheadMs;
    return true;
  }

  /** Before the socket is closed or after; more than once is as once. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#native.unwatch(this.#slot);
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
