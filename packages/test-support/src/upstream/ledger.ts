import { createHash } from 'node:crypto';

import type { Answer, Arrival } from './answer.ts';

/**
 * Headers by which a test's route tells the upstream which record a request is of:
 * `headers: MARKER_HEADERS` in the route. A null key has no value for `{key}`.
 */
export const MARKER_HEADERS = {
  'x-record-key': '{key}',
  'x-record-topic': '{topic}',
  'x-record-partition': '{partition}',
  'x-record-offset': '{offset}',
} as const;

/** Headers kept whole in the ledger, besides the markers. */
const KEPT_HEADERS = ['traceparent', 'content-type', 'content-length', 'user-agent', 'host'];

/** One request, and what became of it, as the upstream saw it. */
export interface LedgerEntry {
  /** From 0, in the order of arrival over all connections. */
  readonly sequence: number;
  /** When its body was read: milliseconds since the upstream started, monotonic. */
  readonly atMs: number;
  /** When its answer was handed to the socket; `undefined` while or where there is none. */
  readonly answeredAtMs: number | undefined;
  /** The how manieth connection it came on, from 0. */
  readonly connection: number;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly attempt: number;
  readonly bodyBytes: number;
  readonly bodySha256: string;
  /** From the marker headers; `undefined` where they were not sent. */
  readonly key: string | undefined;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly offset: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Answer['kind'];
  /** `undefined` where no status line was sent. */
  readonly status: number | undefined;
}

/** What a ledger adds up to. */
export interface LedgerCounts {
  readonly arrivals: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly inFlightMax: number;
  /** Different idempotency keys. */
  readonly keys: number;
  /** By status; `none` where no status line was sent. */
  readonly byStatus: Readonly<Record<string, number>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Every request that an upstream was sent. */
export class Ledger {
  readonly #startedMs = performance.now();
  readonly #entries: Mutable<LedgerEntry>[] = [];
  readonly #attemptsByKey = new Map<string, number>();
  #connections = 0;
  #inFlight = 0;
  #inFlightMax = 0;

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** The number of a new connection. */
  connect(): number {
    this.#connections += 1;
    return this.#connections - 1;
  }

  /** The how manieth request with this key comes now, from 1. */
  nextAttempt(idempotencyKey: string | undefined): number {
    if (idempotencyKey === undefined) return 1;
    const attempt = (this.#attemptsByKey.get(idempotencyKey) ?? 0) + 1;
    this.#attemptsByKey.set(idempotencyKey, attempt);
    return attempt;
  }

  /** Notes a request and what will be done with it; call the answer when it was answered. */
  note(arrival: Arrival, connection: number, answer: Answer): () => void {
    const { headers } = arrival;
    const entry: Mutable<LedgerEntry> = {
      sequence: arrival.sequence,
      atMs: performance.now() - this.#startedMs,
      answeredAtMs: undefined,
      connection,
      method: arrival.method,
      path: arrival.path,
      idempotencyKey: arrival.idempotencyKey,
      attempt: arrival.attempt,
      bodyBytes: arrival.body.length,
      bodySha256: createHash('sha256').update(arrival.body).digest('hex'),
      key: headers['x-record-key'],
      topic: headers['x-record-topic'],
      partition: numberOf(headers['x-record-partition']),
      offset: numberOf(headers['x-record-offset']),
      headers: kept(headers),
      answer: answer.kind,
      status: 'status' in answer ? answer.status : undefined,
    };
    this.#entries.push(entry);
    this.#inFlight += 1;
    this.#inFlightMax = Math.max(this.#inFlightMax, this.#inFlight);
    return () => {
      if (entry.answeredAtMs !== undefined) return;
      entry.answeredAtMs = performance.now() - this.#startedMs;
      this.#inFlight -= 1;
    };
  }

  counts(): LedgerCounts {
    const byStatus: Record<string, number> = {};
    for (const { status } of this.#entries) {
      const name = String(status ?? 'none');
      byStatus[name] = (byStatus[name] ?? 0) + 1;
    }
    return {
      arrivals: this.#entries.length,
      connections: this.#connections,
      inFlight: this.#inFlight,
      inFlightMax: this.#inFlightMax,
      keys: this.#attemptsByKey.size,
      byStatus,
    };
  }

  /** Forgets everything but how many connections there were and what is in flight. */
  clear(): void {
    this.#entries.length = 0;
    this.#attemptsByKey.clear();
    this.#inFlightMax = this.#inFlight;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
