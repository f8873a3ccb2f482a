/** What the native library answers about the host, as JSON; made and used on one thread. */
export interface HostNative {
  /** A `HostSample`. */
  collect(): string;
  /** A `ProcessSample`; `null` where there is no such process. */
  process(pid: number): string | null;
  /** A list of `SocketSample`; `null` where the kernel does not tell. */
  connections(): string | null;
}

/** The library, or why there is none. */
export type HostNativeLoad =
  | { readonly kind: 'loaded'; readonly native: HostNative }
  | { readonly kind: 'missing'; readonly reason: string };
