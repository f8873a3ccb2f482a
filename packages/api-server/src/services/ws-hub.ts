import {
  type CallRecord,
  type Clock,
  encodeDropNotice,
  encodeHeartbeat,
  encodeLiveEvent,
  type EventBus,
  type Log,
  type MetricsRecorder,
  type NetScopeEvent,
  type TimerHandle,
  type Timers,
} from '@netscope/domain';

import { BatchLog } from './batch-log.ts';
import type { EventRing } from './event-ring.ts';
import { filterKey, type LiveFilter, passes } from './live-filter.ts';
import { RecentEvents } from './recent-events.ts';
import { SlicedPass } from './sliced-pass.ts';
import { type LiveSocket, type RawSocket, WsClient } from './ws-client.ts';
import { PING_FRAME, textFrames } from './ws-frames.ts';

/** Bounds of the live feed. */
export interface HubLimits {
  readonly clients: number;
  /** Calls held for `/v1/calls` and `?since=`. */
  readonly recentCalls: number;
  readonly recentSystemEvents: number;
  /** What a client may be behind before its oldest events are dropped. */
  readonly behindEvents: number;
  readonly behindBytes: number;
  /** Bytes that may wait in one client's socket. */
  readonly socketBytes: number;
  readonly heartbeatMs: number;
  /** Heartbeats that a client may leave unanswered. */
  readonly unansweredBeats: number;
}

/**
 * A thousand calls are some 4 MB; being behind by 8,192 events or 4 MiB is seconds at thousands a
 * second; three unanswered beats are half a minute.
 */
export const DEFAULT_HUB_LIMITS: HubLimits = {
  clients: 5000,
  recentCalls: 500,
  recentSystemEvents: 200,
  behindEvents: 8192,
  behindBytes: 4 * 1024 * 1024,
  socketBytes: 256 * 1024,
  heartbeatMs: 10_000,
  unansweredBeats: 3,
};

/** Events are gathered for this long, so that each client costs one write and not one an event. */
const GATHER_MS = 25;

/** And for this much longer with every client, which bounds what writing to a thousand costs. */
const GATHER_MS_PER_CLIENT = 0.05;

/** Events in one batch: a slow client loses batches. */
const BATCH_EVENTS = 512;

/** Events that may wait to be encoded, should the loop be late. */
const PENDING_MAX = 4096;

/** How long a client may take to answer a goodbye. */
const GOODBYE_MS = 1000;

interface WsHubOptions {
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  readonly processTraceId: string;
  readonly limits: HubLimits;
}

interface Audience {
  readonly filter: LiveFilter;
  readonly log: BatchLog;
  clients: number;
}

/** Sends live events to any number of clients; what a call pays for it is one push. */
export class WsHub {
  readonly #options: WsHubOptions;
  readonly #recent: RecentEvents;
  readonly #startedAtMs: number;
  readonly #clients = new Set<WsClient>();
  readonly #audiences = new Map<string, Audience>();
  readonly #flushPass: SlicedPass<WsClient>;
  readonly #beatPass: SlicedPass<WsClient>;
  readonly #unsubscribe: () => void;
  #pending: NetScopeEvent[] = [];
  #beatFrames = PING_FRAME;
  #flushTimer: TimerHandle | undefined;
  #beatTimer: TimerHandle | undefined;
  #closed = false;

  constructor(options: WsHubOptions) {
    const { limits, timers } = options;
    this.#options = options;
    this.#recent = new RecentEvents(limits.recentCalls, limits.recentSystemEvents);
    this.#startedAtMs = options.clock.monotonicMs();
    this.#flushPass = new SlicedPass(timers, (client) => client.pump());
    this.#beatPass = new SlicedPass(timers, (client) => this.#beat(client));
    this.#unsubscribe = options.bus.subscribe((event) => this.#take(event));
    options.metrics.gauge('ws_clients', () => [{ labels: {}, value: this.#clients.size }]);
  }

  get clients(): number {
    return this.#clients.size;
  }

  get recentCalls(): EventRing<CallRecord> {
    return this.#recent.calls;
  }

  /** False while there are as many clients as there may be, and once closed. */
  hasRoom(): boolean {
    return !this.#closed && this.#clients.size < this.#options.limits.clients;
  }

  /** Feeds one client until it goes. With `sinceMs` it first gets what the recent ring holds. */
  admit(
    connection: { readonly socket: LiveSocket; readonly raw: RawSocket },
    filter: LiveFilter,
    sinceMs: number | undefined,
  ): void {
    // What waits is in the recent ring too, and must not come twice.
    this.#encodePending();
    const audience = this.#audience(filter);
    const client = new WsClient({
      ...connection,
      log: audience.log,
      socketBytesMax: this.#options.limits.socketBytes,
      onDropped: (events) => this.#countDropped('slow_client', events),
      dropNotice: (events) => this.#dropNotice(events, 'slow_client'),
    });
    audience.clients += 1;
    this.#clients.add(client);
    connection.socket.on('close', () => this.#remove(client, audience));
    client.send(this.#heartbeat());
    if (sinceMs !== undefined) this.#resume(client, filter, sinceMs);
    this.#armBeat();
  }

  /** Says goodbye to every client and takes no more. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    const { timers } = this.#options;
    for (const timer of [this.#flushTimer, this.#beatTimer]) {
      if (timer !== undefined) timers.clear(timer);
    }
    this.#flushPass.stop();
    this.#beatPass.stop();
    this.#encodePending();
    for (const client of this.#clients) {
      client.pump();
      client.close(1001, 'the server is stopping');
    }
    timers.background(() => {
      for (const client of this.#clients) client.terminate();
    }, GOODBYE_MS);
  }

  #take(event: NetScopeEvent): void {
    this.#recent.push(event);
    if (this.#clients.size === 0) return;
    this.#pending.push(event);
    if (this.#pending.length >= PENDING_MAX) {
      this.#encodePending();
      this.#flushPass.run(this.#clients);
    }
    if (this.#flushTimer !== undefined) return;
    const delayMs = GATHER_MS + this.#clients.size * GATHER_MS_PER_CLIENT;
    this.#flushTimer = this.#options.timers.background(() => this.#flush(), delayMs);
  }

  #flush(): void {
    this.#flushTimer = undefined;
    this.#encodePending();
    this.#flushPass.run(this.#clients);
  }

  /** Each event becomes text once, whoever wants it. */
  #encodePending(): void {
    const events = this.#pending;
    if (events.length === 0) return;
    this.#pending = [];
    const texts = events.map((event) => this.#textOf(event));
    for (const { filter, log } of this.#audiences.values()) {
      const wanted = texts.flatMap((text, index) => {
        const event = events[index];
        return text !== undefined && event !== undefined && passes(filter, event) ? [text] : [];
      });
      for (let from = 0; from < wanted.length; from += BATCH_EVENTS) {
        const batch = wanted.slice(from, from + BATCH_EVENTS);
        log.append(textFrames(batch), batch.length);
      }
    }
  }

  #textOf(event: NetScopeEvent): string | undefined {
    try {
      return encodeLiveEvent(event);
    } catch (error) {
      this.#options.log.error('ws.event_unwritable', error, { event_type: event.eventType });
      return undefined;
    }
  }

  #resume(client: WsClient, filter: LiveFilter, sinceMs: number): void {
    const { events, gap } = this.#recent.since(sinceMs);
    if (gap) {
      this.#countDropped('resume_gap', 1);
      client.send(this.#dropNotice(1, 'resume_gap'));
    }
    const texts = events
      .filter((event) => passes(filter, event))
      .flatMap((event) => this.#textOf(event) ?? []);
    if (texts.length > 0) client.send(textFrames(texts));
  }

  #audience(filter: LiveFilter): Audience {
    const key = filterKey(filter);
    const known = this.#audiences.get(key);
    if (known !== undefined) return known;
    const { behindEvents, behindBytes } = this.#options.limits;
    const log = new BatchLog({ events: behindEvents, bytes: behindBytes });
    const audience = { filter, log, clients: 0 };
    this.#audiences.set(key, audience);
    return audience;
  }

  #remove(client: WsClient, audience: Audience): void {
    if (!this.#clients.delete(client)) return;
    client.countLost();
    audience.clients -= 1;
    if (audience.clients === 0) this.#audiences.delete(filterKey(audience.filter));
  }

  #armBeat(): void {
    if (this.#beatTimer !== undefined || this.#closed) return;
    this.#beatTimer = this.#options.timers.background(() => {
      this.#beatTimer = undefined;
      if (this.#clients.size === 0) return;
      // Who resumes from the newest instant that it was told must have had all before it.
      this.#encodePending();
      this.#beatFrames = this.#heartbeat();
      this.#beatPass.run(this.#clients);
      this.#armBeat();
    }, this.#options.limits.heartbeatMs);
  }

  #beat(client: WsClient): void {
    client.beat(this.#beatFrames, this.#options.limits.unansweredBeats);
  }

  #heartbeat(): Buffer {
    const { clock, processTraceId: traceId, limits } = this.#options;
    const head = { timestampMs: clock.wallMs(), traceId, severity: 'INFO' } as const;
    const uptimeSeconds = Math.round(clock.monotonicMs() - this.#startedAtMs) / 1000;
    const text = encodeHeartbeat(head, limits.heartbeatMs, uptimeSeconds);
    return Buffer.concat([textFrames([text]), PING_FRAME]);
  }

  #dropNotice(events: number, reason: 'slow_client' | 'resume_gap'): Buffer {
    const { clock, processTraceId: traceId } = this.#options;
    const head = { timestampMs: clock.wallMs(), traceId, severity: 'WARN' } as const;
    return textFrames([encodeDropNotice(head, events, reason)]);
  }

  #countDropped(reason: string, events: number): void {
    this.#options.metrics.counter('ws_dropped_events_total', { reason }).inc(events);
  }
}
