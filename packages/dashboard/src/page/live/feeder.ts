import type {
  AuditStatusBody,
  ErrorBody,
  Liveness,
  NetworkMetrics,
  Readiness,
  ResilienceState,
  WindowName,
  WireCall,
  WireHeartbeatEvent,
  WireLiveEvent,
} from '@netscope/api-server/contract';

import { type CallView, callViewOfCall, callViewOfEvent } from '../model/call-view.ts';
import { type FeedItem, feedItemOf } from '../model/feed.ts';
import { ServerClock } from '../model/server-clock.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import {
  type ApiPath,
  AUDIT_PATH,
  callPath,
  callsPath,
  LIVENESS_PATH,
  metricsPath,
  READINESS_PATH,
  RESILIENCE_PATH,
} from './api-path.ts';
import type { DashboardState } from './dashboard-state.ts';
import { EventStream, type Link } from './event-stream.ts';
import { FrameBatcher } from './frame-batcher.ts';
import { HostFeeder } from './host-feeder.ts';
import type { PageEdges } from './page-edges.ts';
import { Poller } from './polled.ts';

const TICK_MS = 1000;
const FEED_MAX = 50;
const BACKFILL_CALLS = 200;

/** Keeps the state true to the server: live events, polled answers, and the passing of time. */
export class Feeder {
  readonly #edges: PageEdges;
  readonly #state: DashboardState;
  readonly #clock: ServerClock;
  readonly #stream: EventStream;
  readonly #callsBatch: FrameBatcher;
  readonly #clockBatch: FrameBatcher;
  readonly #resilience: Poller<ResilienceState>;
  readonly #host: HostFeeder;
  readonly #pollers: readonly { askNow(): void }[];
  #lastEventMs: number | undefined;
  #resumedFromMs: number | undefined;
  #uptimeSeconds: number | undefined;

  constructor(edges: PageEdges, state: DashboardState) {
    this.#edges = edges;
    this.#state = state;
    this.#clock = new ServerClock(() => edges.wallMs());
    this.#callsBatch = new FrameBatcher(edges, () => {
      state.callLogVersion.value += 1;
    });
    this.#clockBatch = new FrameBatcher(edges, () => {
      const nowMs = this.#clock.nowMs();
      state.nowMs.value = nowMs;
      state.points.value = state.series.points(nowMs);
    });
    this.#stream = new EventStream(edges, {
      linkChanged: (link) => this.#linkChanged(link),
      eventReceived: (event) => this.#eventReceived(event),
    });
    this.#resilience = new Poller<ResilienceState>(edges, {
      path: () => RESILIENCE_PATH,
      received: (polled) => {
        state.resilience.value = polled;
      },
    });
    this.#host = new HostFeeder(edges, state);
    this.#pollers = [this.#resilience, ...this.#createPollers(), ...this.#host.pollers];
  }

  start(): void {
    this.#tick();
    this.#stream.connect();
    this.#askAll();
  }

  /** For when the reader asks, or the network is back. */
  reconnectNow(): void {
    this.#stream.retryNow();
    this.#askAll();
  }

  chooseWindow(window: WindowName): void {
    this.#state.window.value = window;
    this.#askAll();
  }

  /** One call with its attempts; absent where it is no longer held or the API does not answer. */
  callDetail(requestId: string): Promise<WireCall | undefined> {
    return this.#read(callPath(requestId));
  }

  #createPollers(): readonly { askNow(): void }[] {
    const state = this.#state;
    return [
      new Poller<NetworkMetrics>(this.#edges, {
        path: () => metricsPath(state.window.value),
        received: (polled) => {
          if (polled.atMs !== undefined) this.#clock.observe(polled.atMs);
          state.metrics.value = polled;
        },
      }),
      new Poller<AuditStatusBody>(this.#edges, {
        path: () => AUDIT_PATH,
        received: (polled) => {
          state.audit.value = polled;
        },
      }),
      new Poller<Readiness>(this.#edges, {
        path: () => READINESS_PATH,
        valueOfError: readinessOf,
        received: (polled) => {
          state.readiness.value = polled;
        },
      }),
    ];
  }

  #askAll(): void {
    for (const poller of this.#pollers) poller.askNow();
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#state.link.value.kind === 'live') this.#state.series.heard(nowMs);
    this.#clockBatch.touch();
    this.#edges.after(() => this.#tick(), TICK_MS);
  }

  #linkChanged(link: Link): void {
    const before = this.#state.link.value;
    this.#state.link.value = link;
    if (link.kind !== 'live') return;
    if (before.kind === 'lost' && this.#lastEventMs !== undefined) {
      void this.#readLiveness();
      this.#askAll();
      // The stream resumes there, or says that it cannot.
      this.#resumedFromMs = this.#lastEventMs;
      this.#state.series.listenFrom(this.#lastEventMs);
      return;
    }
    this.#state.series.listenFrom(this.#clock.nowMs());
    void this.#lookBack();
  }

  #eventReceived(event: WireLiveEvent): void {
    if (event.event_type === 'system.ws.drop_notice') this.#eventsMissed();
    this.#lastEventMs = parseTimestamp(event.timestamp);
    if (event.event_type === 'network.request.completed') {
      this.#addCall(callViewOfEvent(event));
      return;
    }
    if (event.event_type === 'system.heartbeat') this.#heartbeat(event);
    if (event.event_type === 'system.host.sampled') this.#host.sampled(event);
    if (event.event_type === 'system.circuit.changed') this.#resilience.askNow();
    const item = feedItemOf(event);
    if (item !== undefined) this.#addToFeed(item);
  }

  #eventsMissed(): void {
    const nowMs = this.#clock.nowMs();
    this.#state.series.missed(this.#lastEventMs ?? nowMs, nowMs);
  }

  #addCall(call: CallView): void {
    if (!this.#state.callLog.add(call)) return;
    this.#state.series.add(call);
    this.#callsBatch.touch();
  }

  /** An event that a resumed stream repeats is there already. */
  #addToFeed(item: FeedItem): void {
    const { feed } = this.#state;
    if (feed.value.some(({ id }) => id === item.id)) return;
    feed.value = [item, ...feed.value].toSorted((a, b) => b.atMs - a.atMs).slice(0, FEED_MAX);
  }

  #heartbeat(event: WireHeartbeatEvent): void {
    this.#clock.observe(parseTimestamp(event.timestamp));
    this.#noteUptime(event.uptime_seconds);
  }

  /** An uptime that went back is another process's. */
  #noteUptime(uptimeSeconds: number): void {
    const before = this.#uptimeSeconds;
    this.#uptimeSeconds = uptimeSeconds;
    if (before === undefined || uptimeSeconds >= before) return;
    const atMs = this.#clock.nowMs() - uptimeSeconds * 1000;
    this.#state.series.missed(this.#resumedFromMs ?? atMs, atMs);
    this.#addToFeed({
      id: `restart ${Math.round(atMs / 1000)}`,
      atMs,
      tone: 'warn',
      title: 'NetScope was restarted',
      text: 'Totals count from its new start.',
    });
    void this.#readLiveness();
  }

  /** Reads the calls that ended before the stream was open, and how far back they are complete. */
  async #lookBack(): Promise<void> {
    const [liveness, answer] = await Promise.all([
      this.#readLiveness(),
      this.#read(callsPath(BACKFILL_CALLS)),
    ]);
    const views = (answer?.calls ?? []).map((call) => callViewOfCall(call)).toReversed();
    for (const view of views) this.#addCall(view);
    const [oldest] = views;
    if (views.length === BACKFILL_CALLS && oldest !== undefined) {
      this.#state.series.listenFrom(oldest.atMs);
    } else if (answer !== undefined && liveness !== undefined) {
      // Fewer than asked for are all that there ever were.
      this.#state.series.listenFrom(this.#clock.nowMs() - liveness.uptime_seconds * 1000);
    }
  }

  async #readLiveness(): Promise<Liveness | undefined> {
    const liveness = await this.#read(LIVENESS_PATH);
    if (liveness === undefined) return undefined;
    this.#state.liveness.value = liveness;
    this.#noteUptime(liveness.uptime_seconds);
    return liveness;
  }

  async #read<T>(path: ApiPath<T>): Promise<T | undefined> {
    const { envelope } = await this.#edges.get(path);
    return envelope?.status === 'ok' ? envelope.data : undefined;
  }
}

/** A 503 carries the whole report. */
function readinessOf({ details }: ErrorBody['error']): Readiness | undefined {
  return isReadiness(details) ? details : undefined;
}

function isReadiness(details: object): details is Readiness {
  return 'dependencies' in details && 'phase' in details;
}
