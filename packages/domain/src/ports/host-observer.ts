import type { HostSample, ProcessSample, SocketSample } from '../model/host-sample.ts';

/** What is seen of the host, and by what. */
export interface HostView {
  /** Wall clock, ms since the epoch, of the look. */
  readonly atMs: number;
  readonly sample: HostSample;
}

/** Where samples come from: the kernel's own files and tables, or what Node itself knows. */
export interface HostOrigin {
  readonly kind: 'native' | 'node';
  /** Why it is not the native probe. */
  readonly reason: string | undefined;
}

/** One stretch of a series. */
export interface HistoryPoint {
  /** Its start, ms since the epoch. */
  readonly atMs: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

export interface HistoryQuestion {
  readonly metric: string;
  /** Ms since the epoch, first included, last not. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A series, or the metrics that there are where the one asked for is not among them. */
export type HistoryAnswer =
  | { readonly kind: 'series'; readonly stepMs: number; readonly points: readonly HistoryPoint[] }
  | { readonly kind: 'unknown_metric'; readonly metrics: readonly string[] }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Looks at the host at an interval, and remembers. None of these throws or holds up a call. */
export interface HostObserver {
  origin(): HostOrigin;
  /** Undefined until the first look is over. */
  latest(): HostView | undefined;
  /** Another process; undefined where it has ended, never was, or cannot be looked at. */
  process(pid: number): Promise<ProcessSample | undefined>;
  /** TCP sockets of this process; undefined where the kernel does not tell. */
  sockets(): Promise<readonly SocketSample[] | undefined>;
  history(question: HistoryQuestion): Promise<HistoryAnswer>;
}
