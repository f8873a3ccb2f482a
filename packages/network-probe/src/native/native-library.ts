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
  /** Looks at the host below `root`, the real one unless given. Only Linux has it. */
  readonly HostProbe?: new (root?: string) => HostNative;
}

/** Goes up with every change of what is exported, in `native/src/exports.rs` as well. */
export const NATIVE_ABI = 2;
