import type { Clock } from '@netscope/domain';

import type { NativeLibrary } from './native/native-library.ts';
import { SLOT, SOCKET_FIELDS, type SocketLook } from './native/socket-slots.ts';
import { type SocketWatch, SocketWatcher } from './socket-watch.ts';

const COOKIE_HIGH = 2 ** 32;
/** As many attempts as one process has in flight by default; more are allocated and let go. */
const POOLED_MAX = 1024;

/** Looks at sockets through the native library. One for a process. */
export class SocketReader {
  readonly #library: NativeLibrary;
  readonly #pool: SocketLook[] = [];
  /** The latest look at the end of an attempt; good until the next one. */
  readonly #latest: SocketLook = new Float64Array(SOCKET_FIELDS.length);

  #watcher: SocketWatcher | undefined;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  /** Watches what connects from now on for receive stamps; one sentence where that cannot be had. */
  startWatching(clock: Clock): string | undefined {
    const watcher = SocketWatcher.start(this.#library, clock);
    if (typeof watcher === 'string') return watcher;
    this.#watcher = watcher;
    return undefined;
  }

  stopWatching(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Undefined where nothing is watched. */
  get watcher(): SocketWatcher | undefined {
    return this.#watcher;
  }

  /** Undefined where nothing is watched. */
  watch(fd: number): SocketWatch | undefined {
    return this.#watcher?.watch(fd);
  }

  /** An array to look into; `giveBack` it. */
  borrow(): SocketLook {
    return this.#pool.pop() ?? new Float64Array(SOCKET_FIELDS.length);
  }

  giveBack(look: SocketLook): void {
    if (this.#pool.length < POOLED_MAX) this.#pool.push(look);
  }

  /** The array for a look that nobody keeps. */
  get latest(): SocketLook {
    return this.#latest;
  }

  /** False where the kernel refused: a closed descriptor, or one of something else. */
  read(fd: number, into: SocketLook): boolean {
    return this.#library.readSocket(fd, into) === 0;
  }

  /** As `read`, with the cookie: one more system call. */
  identify(fd: number, into: SocketLook): boolean {
    return this.read(fd, into) && this.#library.identifySocket(fd, into) === 0;
  }

  /** Bytes that lie unread in the kernel; 0 where it does not say. */
  unreadBytes(fd: number): number {
    return Math.max(0, this.#library.unreadBytes(fd));
  }
}

/** The number that this socket alone has until the kernel restarts. */
export function cookieOf(look: SocketLook): number {
  return (look[SLOT.cookieHigh] ?? 0) * COOKIE_HIGH + (look[SLOT.cookieLow] ?? 0);
}
