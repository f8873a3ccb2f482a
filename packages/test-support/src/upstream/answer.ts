/** What an upstream does with one request. Delays are milliseconds after its body was read. */
export type Answer =
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly delayMs?: number;
    }
  /** TCP reset, before any byte of an answer. */
  | { readonly kind: 'reset'; readonly delayMs?: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'close'; readonly delayMs?: number }
  /** Never answers; the connection stays open. */
  | { readonly kind: 'silence' }
  /** A status line, headers, and a chunk whose size is no number. */
  | { readonly kind: 'broken_chunk'; readonly status: number }
  /** Promises `bytes` of body, sends half of them and closes. */
  | { readonly kind: 'early_close'; readonly status: number; readonly bytes: number }
  /** Promises `bytes` of body, sends half of them and resets once the client had time to read that. */
  | { readonly kind: 'reset_midway'; readonly status: number; readonly bytes: number }
  /** A body of `bytes`, as fast as the client reads it. */
  | { readonly kind: 'huge_body'; readonly status: number; readonly bytes: number }
  /** A body of `bytes`, one of them every `everyMs`. */
  | {
      readonly kind: 'trickle';
      readonly status: number;
      readonly bytes: number;
      readonly everyMs: number;
    };

/** One request as it arrived, whole. */
export interface Arrival {
  /** From 0, in the order of arrival over all connections. */
  readonly sequence: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The `idempotency-key` header, unquoted. */
  readonly idempotencyKey: string | undefined;
  /** The how manieth with this idempotency key, from 1; 1 without a key. */
  readonly attempt: number;
}

/** Decides what an upstream does with a request. */
export type Script = (arrival: Arrival) => Answer;

/** A plain answer. */
export function respond(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { kind: 'respond', status, headers };
}
