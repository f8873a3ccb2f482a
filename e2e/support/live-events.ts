import { setTimeout as delay } from 'node:timers/promises';

import { type CallTotals, endOfCall } from './call-totals.ts';

/** A live event; what else it holds goes by its type. */
export interface LiveEvent {
  readonly event_type: string;
  readonly dropped_events?: number;
  readonly [field: string]: unknown;
}

interface LiveCall extends LiveEvent {
  readonly outcome: string;
  readonly status_code?: number;
  readonly error_code?: string;
  readonly delivered: boolean;
  readonly attempts: number;
  readonly retry_count: number;
  readonly timeout_count: number;
}

/** A client of the live feed that counts what it is told. */
export class LiveEvents implements Disposable {
  readonly #socket: WebSocket;
  readonly countByType = new Map<string, number>();
  /** Calls by what they came to. */
  readonly countByEnd: Record<string, number> = {};
  /** What it was told of the source, in order. */
  readonly ofSource: LiveEvent[] = [];
  /** Sum over the drop notices. */
  dropped = 0;
  #totals: CallTotals = { requests: 0, errors: 0, timeouts: 0, retries: 0, attempts: 0 };

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#note(JSON.parse(String(data))));
  }

  /** With `since` it is first told what the recent ring holds from then on. */
  static async connect(port: number, since?: Date): Promise<LiveEvents> {
    const query = since === undefined ? '' : `?since=${since.toISOString()}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws/events${query}`);
    const events = new LiveEvents(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', () => reject(new Error('no live feed')), { once: true });
    });
    return events;
  }

  /** Calls told so far. */
  get calls(): number {
    return this.#totals.requests;
  }

  /** Sums over the calls told so far. */
  get totals(): CallTotals {
    return this.#totals;
  }

  /** Resolves when nothing but heartbeats has come for a second. */
  async quiet(): Promise<void> {
    let before = -1;
    while (before !== this.calls) {
      before = this.calls;
      await delay(1000);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #note(event: LiveEvent): void {
    this.countByType.set(event.event_type, (this.countByType.get(event.event_type) ?? 0) + 1);
    this.dropped += event.dropped_events ?? 0;
    if (event.event_type.startsWith('system.source.')) this.ofSource.push(event);
    if (isCall(event)) this.#noteCall(event);
  }

  #noteCall(call: LiveCall): void {
    const end = endOfCall(call.outcome, call.status_code, call.error_code);
    this.countByEnd[end] = (this.countByEnd[end] ?? 0) + 1;
    const { requests, errors, timeouts, retries, attempts } = this.#totals;
    this.#totals = {
      requests: requests + 1,
      errors: errors + (call.delivered ? 0 : 1),
      timeouts: timeouts + call.timeout_count,
      retries: retries + call.retry_count,
      attempts: attempts + call.attempts,
    };
  }
}

function isCall(event: LiveEvent): event is LiveCall {
  return event.event_type === 'network.request.completed';
}
