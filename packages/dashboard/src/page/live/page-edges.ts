import type { ApiPath, Envelope } from './api-path.ts';

/** Everything the page takes from the browser around it, so that a test can stand in. */
export interface PageEdges {
  /** Wall clock, ms since the epoch. */
  wallMs(): number;
  /** Uniform in [0, 1). */
  chance(): number;
  /** Runs `callback` once, `delayMs` from now; the answer calls it off. */
  after(callback: () => void, delayMs: number): () => void;
  /** Runs `callback` before the next frame is drawn; never while the page is hidden. */
  onNextFrame(callback: () => void): void;
  /** Opens the live event stream, first with what happened since that timestamp where one is given. */
  openStream(listener: StreamListener, since: string | undefined): StreamHandle;
  /** Asks the API. Resolves always: a failure is an answer. */
  get<T>(path: ApiPath<T>): Promise<Answer<T>>;
}

export interface StreamListener {
  readonly opened: () => void;
  readonly received: (text: string) => void;
  /** Once, at the latest when the connection is gone. */
  readonly closed: () => void;
}

export interface StreamHandle {
  close(): void;
}

/** What came back of a question. */
export interface Answer<T> {
  /** 0 where nothing came back. */
  readonly status: number;
  /** Absent where what came back is not the API's. */
  readonly envelope: Envelope<T> | undefined;
  /** From `Retry-After`, where it was there and could be read. */
  readonly retryAfterMs: number | undefined;
}
