import type { ErrorBody } from '@netscope/api-server/contract';

import { parseTimestamp } from '../model/timestamp.ts';
import type { ApiPath } from './api-path.ts';
import type { Answer, PageEdges } from './page-edges.ts';

/** The last good answer of one endpoint, and what is wrong where the newest was not good. */
export interface Polled<T> {
  readonly value: T | undefined;
  /** Server's clock at the last good answer, ms since the epoch. */
  readonly atMs: number | undefined;
  /** One sentence; absent while all is well. */
  readonly problem: string | undefined;
}

export const NOT_POLLED: Polled<never> = { value: undefined, atMs: undefined, problem: undefined };

/** One endpoint to be asked again and again. */
export interface Endpoint<T> {
  /** Asked before each round. */
  readonly path: () => ApiPath<T>;
  /** Reads a value out of a failure that carries one. */
  readonly valueOfError?: (error: ErrorBody['error']) => T | undefined;
  readonly received: (polled: Polled<T>) => void;
}

const INTERVAL_MS = 2000;

/** Asks one endpoint every two seconds, one question at a time, and heeds `Retry-After`. */
export class Poller<T> {
  readonly #edges: PageEdges;
  readonly #endpoint: Endpoint<T>;
  #last: Polled<T> = NOT_POLLED;
  #round = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(edges: PageEdges, endpoint: Endpoint<T>) {
    this.#edges = edges;
    this.#endpoint = endpoint;
  }

  /** Asks now and from now on; the answer to an earlier question is dropped. */
  askNow(): void {
    this.#cancelTimer();
    this.#round += 1;
    void this.#ask(this.#round);
  }

  async #ask(round: number): Promise<void> {
    const answer = await this.#edges.get(this.#endpoint.path());
    if (round !== this.#round) return;
    this.#last = polledOf(answer, this.#last, this.#endpoint);
    this.#endpoint.received(this.#last);
    const delayMs = Math.max(INTERVAL_MS, answer.retryAfterMs ?? 0);
    this.#cancelTimer = this.#edges.after(() => this.askNow(), delayMs);
  }
}

function polledOf<T>(answer: Answer<T>, last: Polled<T>, endpoint: Endpoint<T>): Polled<T> {
  const { envelope } = answer;
  if (envelope === undefined) return { ...last, problem: problemOf(answer) };
  const value = envelope.status === 'ok' ? envelope.data : endpoint.valueOfError?.(envelope.error);
  if (value === undefined) return { ...last, problem: problemOf(answer) };
  return { value, atMs: parseTimestamp(envelope.meta.timestamp), problem: undefined };
}

function problemOf({ status, envelope }: Answer<unknown>): string {
  if (status === 0) return 'No answer from the API.';
  if (envelope?.status !== 'error') return `The API answered ${status}.`;
  return `The API answered ${status} ${envelope.error.code}: ${envelope.error.message}`;
}
