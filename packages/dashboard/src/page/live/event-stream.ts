import type { WireLiveEvent } from '@netscope/api-server/contract';

import { reconnectDelayMs } from '../model/reconnect-policy.ts';
import type { PageEdges, StreamHandle } from './page-edges.ts';

/** How the page stands to the live stream. Instants in ms since the epoch, local clock. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'lost';
      readonly lostAtMs: number;
      /** Absent while a try is under way. */
      readonly retryAtMs: number | undefined;
    };

export interface StreamObserver {
  readonly linkChanged: (link: Link) => void;
  readonly eventReceived: (event: WireLiveEvent) => void;
}

const FIRST_SILENCE_MS = 15_000;
const SILENCE_MIN_MS = 5000;
const HEARTBEATS_MISSED_MAX = 3;

/**
 * The live stream, kept open: it reconnects with growing pauses and resumes where it broke off, and
 * gives a connection up that has been silent for three heartbeats.
 */
export class EventStream {
  readonly #edges: PageEdges;
  readonly #observer: StreamObserver;
  #handle: StreamHandle | undefined;
  /** Tells a late answer of an earlier connection from this one's. */
  #generation = 0;
  #failures = 0;
  #lostAtMs: number | undefined;
  #silenceMaxMs = FIRST_SILENCE_MS;
  #lastHeardMs = 0;
  /** Of the newest event, in the server's words; it resumes from there. */
  #lastTimestamp: string | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(edges: PageEdges, observer: StreamObserver) {
    this.#edges = edges;
    this.#observer = observer;
  }

  /** Connects now; also ends a pause between two tries. */
  connect(): void {
    this.#cancelTimer();
    this.#handle?.close();
    this.#generation += 1;
    const generation = this.#generation;
    const ifCurrent =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (generation === this.#generation) act(...args);
      };
    this.#announce(undefined);
    this.#heard();
    this.#watch();
    const listener = {
      opened: ifCurrent(() => this.#opened()),
      received: ifCurrent((text: string) => this.#received(text)),
      closed: ifCurrent(() => this.#lost()),
    };
    this.#handle = this.#edges.openStream(listener, this.#lastTimestamp);
  }

  /** Connects now unless the stream is open. */
  retryNow(): void {
    if (this.#lostAtMs !== undefined) this.connect();
  }

  #opened(): void {
    this.#failures = 0;
    this.#lostAtMs = undefined;
    this.#heard();
    this.#observer.linkChanged({ kind: 'live' });
  }

  #received(text: string): void {
    this.#heard();
    const event = parseEvent(text);
    if (event === undefined) return;
    this.#lastTimestamp = event.timestamp;
    if (event.event_type === 'system.heartbeat') {
      this.#silenceMaxMs = Math.max(SILENCE_MIN_MS, event.interval_ms * HEARTBEATS_MISSED_MAX);
    }
    this.#observer.eventReceived(event);
  }

  #lost(): void {
    this.#cancelTimer();
    this.#generation += 1;
    this.#handle?.close();
    this.#handle = undefined;
    this.#failures += 1;
    this.#lostAtMs ??= this.#edges.wallMs();
    const delayMs = reconnectDelayMs(this.#failures, this.#edges.chance());
    this.#announce(this.#edges.wallMs() + delayMs);
    this.#cancelTimer = this.#edges.after(() => this.connect(), delayMs);
  }

  #announce(retryAtMs: number | undefined): void {
    this.#observer.linkChanged(
      this.#lostAtMs === undefined
        ? { kind: 'connecting' }
        : { kind: 'lost', lostAtMs: this.#lostAtMs, retryAtMs },
    );
  }

  #heard(): void {
    this.#lastHeardMs = this.#edges.wallMs();
  }

  /** One timer for the whole connection: re-arming it at each event would cost more than it tells. */
  #watch(): void {
    const leftMs = this.#lastHeardMs + this.#silenceMaxMs - this.#edges.wallMs();
    if (leftMs <= 0) {
      this.#lost();
      return;
    }
    this.#cancelTimer = this.#edges.after(() => this.#watch(), Math.min(leftMs, SILENCE_MIN_MS));
  }
}

/** What cannot be read is passed over. The server's own shapes are trusted. */
function parseEvent(text: string): WireLiveEvent | undefined {
  try {
    const event: WireLiveEvent | null = JSON.parse(text);
    return event !== null && typeof event === 'object' ? event : undefined;
  } catch {
    return undefined;
  }
}
