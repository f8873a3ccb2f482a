import type {
  HistoryAnswer,
  HistoryQuestion,
  HostOrigin,
  ProcessSample,
  SocketSample,
} from '@netscope/domain';

/** What the host's thread is built with. */
export interface HostWorkerOptions {
  /** The database of the history. */
  readonly historyFile: string;
  /** Bytes that the database may take. */
  readonly historyBytesMax: number;
}

export type HostRequest =
  | { readonly kind: 'look'; readonly atMs: number }
  | { readonly kind: 'process'; readonly pid: number }
  | { readonly kind: 'sockets' }
  | { readonly kind: 'history'; readonly question: HistoryQuestion };

export type HostReply =
  | {
      readonly kind: 'looked';
      readonly atMs: number;
      /** A `HostSample` as JSON: a string crosses threads for less than an object. */
      readonly sample: string;
      /** What the history keeps of it, by metric. */
      readonly values: Readonly<Record<string, number>>;
      readonly origin: HostOrigin;
      /** Why the history could not take it. */
      readonly historyFault: string | undefined;
    }
  | { readonly kind: 'process'; readonly process: ProcessSample | undefined }
  | { readonly kind: 'sockets'; readonly sockets: readonly SocketSample[] | undefined }
  | { readonly kind: 'history'; readonly answer: HistoryAnswer }
  | { readonly kind: 'failed'; readonly reason: string };
