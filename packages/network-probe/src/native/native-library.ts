import type { HostNative } from '../host/host-native.ts';

/**
 * What the native library exports, as `native/src/exports.rs` says. Answers that are numbers below
 * zero or errno values are explained there.
 */
export interface NativeLibrary {
  /** The interface it was built for; `NATIVE_ABI` is ours. */
  abiVersion(): number;
  /**
   * Fills `out` by `SOCKET_FIELDS` but for the cookie; a value that this kernel does not give is NaN. Gives 0, or an
   * errno, when `out` is to be ignored. A system call and a little.
   */
  readSocket(fd: number, out: Float64Array): number;
  /** Fills the first two values of `out`, the socket's cookie. Gives 0, or an errno. */
  identifySocket(fd: number, out: Float64Array): number;
  /** What `readSocket` writes, in order. */
  socketFields(): readonly string[];
  /** Bytes that the kernel received for this socket and nobody read; below zero: minus an errno. */
  unreadBytes(fd: number): number;
  /**
   * Watches sockets on a thread of its own. Throws where this kernel has no receive stamps; takes
   * milliseconds, and 2 s at most. Only Linux has it.
   */
  readonly SocketWatcher?: new () => SocketWatcherNative;
  /** As `readSocket`, and its watcher looks out from then on for the first byte that comes. */
  readonly armSocket?: (fd: number, slot: number, out: Float64Array) => number;
  /** As `armSocket`, from what the latest look at the socket of this slot saw: no system call. */
  readonly armSocketAgain?: (slot: number) => void;
  /** As `readSocket`, with what came since `armSocket`; an errno where this is another socket by now. */
  readonly lookAtSocket?: (fd: number, slot: number, out: Float64Array) => number;
  /** As `lookAtSocket`, for who knows that this descriptor is still open: a system call less. */
  readonly lookAtHeldSocket?: (fd: number, slot: number, out: Float64Array) => number;
  /** Looks at the host below `root`, the real one unless given. Only Linux has it. */
  readonly HostProbe?: new (root?: string) => HostNative;
}

/** Ended by `close`, or with the environment that made it. A slot is nobody's from then on. */
export interface SocketWatcherNative {
  /** The clock of its stamps, ms since some start. */
  nowMs(): number;
  /** A slot for this connected socket, which it does not keep open; below zero: minus an errno. */
  watch(fd: number): number;
  /** Gives a slot back, once. Returns the errno that its thread was told instead of the owner; 0 for none. */
  unwatch(slot: number): number;
  /** How often its thread woke, at most once in a millisecond, and looked, at most 4 times as often. */
  effort(): readonly number[];
  close(): void;
}

/** What `native/src/socket/other.rs` answers where it knows no sockets: ENOSYS as Linux numbers it. */
const NOT_AVAILABLE = 38;

/** Whether this library reads sockets on this system; elsewhere it has nothing to tell of them. */
export function readsSockets(library: NativeLibrary): boolean {
  return library.unreadBytes(-1) !== -NOT_AVAILABLE;
}

/** Goes up with every change of what is exported, in `native/src/exports.rs` as well. */
export const NATIVE_ABI = 4;
