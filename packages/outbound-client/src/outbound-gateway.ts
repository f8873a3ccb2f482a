import type {
  Admission,
  CircuitStateName,
  Clock,
  EventBus,
  GaugeSample,
  IntakeControl,
  IntakeOrder,
  IntakeOutcome,
  KeyedHash,
  Log,
  MetricsRecorder,
  OutboundCall,
  OutboundGateway,
  OutboundResult,
  ProbeCapabilities,
  Random,
  ResilienceSnapshot,
  Timers,
  UpstreamDefinition,
} from '@netscope/domain';
import { NetworkProbe } from '@netscope/network-probe';

import { AbortWatch } from './abort-watch.ts';
import type { CircuitChange } from './circuit.ts';
import { ExternalAddresses } from './external-addresses.ts';
import { OwnAddresses } from './own-addresses.ts';
import type { RateLimitChange } from './rate-limit-watch.ts';
import { UndiciTransport } from './undici-transport.ts';
import { Upstream } from './upstream.ts';

export interface OutboundGatewayOptions {
  readonly upstreams: readonly UpstreamDefinition[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: MetricsRecorder;
  readonly bus: EventBus;
  readonly log: Log;
  /** Correlates what the gateway says of itself (invariant I4). */
  readonly processTraceId: string;
  /** `delivery.backoff_cap_ms`: the longest `Retry-After` that is believed. */
  readonly throttleCapMs: number;
  /** `delivery.backoff_base_ms`: the first wait of an upstream that asks to wait and tells no time. */
  readonly throttleBaseMs: number;
  /** One for the process; made, started and closed by the gateway where it is not given. */
  readonly probe?: NetworkProbe;
  /** Digests bodies; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
}

/** The gateway with what the composition needs besides the port. */
export interface ComposedOutboundGateway extends OutboundGateway, IntakeControl {
  /** Every upstream's policies as they stand, in the order configured. */
  snapshots(): readonly ResilienceSnapshot[];
  readonly capabilities: ProbeCapabilities;
  /** Asks for the addresses that the outside sees, where that is configured; waits for none. */
  start(): void;
  /** Closes every connection; calls under way end as aborted. */
  close(): Promise<void>;
}

type UpstreamGauge =
  | 'connections_open'
  | 'inflight_requests'
  | 'amplification_ratio'
  | 'inflight_limit'
  | 'pool_saturation'
  | 'retry_budget_left'
  | 'upstream_paused';

const CIRCUIT_STATES: readonly CircuitStateName[] = ['closed', 'open', 'half_open', 'isolated'];

/** Builds the gateway: one pipeline and one pool for each upstream. Opens no connection yet. */
export function createOutboundGateway(options: OutboundGatewayOptions): ComposedOutboundGateway {
  return new Gateway(options);
}

class Gateway implements ComposedOutboundGateway {
  readonly #options: OutboundGatewayOptions;
  readonly #probe: NetworkProbe;
  readonly #externalAddresses: ExternalAddresses;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #listeners: ((upstream: string) => void)[] = [];
  readonly #aborts = new AbortWatch();

  constructor(options: OutboundGatewayOptions) {
    this.#options = options;
    this.#probe = options.probe ?? new NetworkProbe(options.clock);
    this.#probe.start();
    this.#externalAddresses = new ExternalAddresses(options);
    this.#upstreams = new Map(
      options.upstreams.map((definition) => [definition.name, this.#makeUpstream(definition)]),
    );
    this.#registerGauges();
  }

  get capabilities(): ProbeCapabilities {
    return this.#probe.capabilities();
  }

  admit(name: string): Admission {
    const upstream = this.#upstreams.get(name);
    if (upstream === undefined) throw unknownUpstream(name);
    return upstream.admit();
  }

  call(call: OutboundCall, signal: AbortSignal): Promise<OutboundResult> {
    const upstream = this.#upstreams.get(call.request.upstream);
    if (upstream === undefined) return Promise.reject(unknownUpstream(call.request.upstream));
    return upstream.call(call, signal);
  }

  onAvailable(listener: (upstream: string) => void): void {
    this.#listeners.push(listener);
  }

  control({ name, action, reason }: IntakeOrder): IntakeOutcome {
    const upstream = this.#upstreams.get(name);
    if (upstream === undefined) return { kind: 'unknown', known: [...this.#upstreams.keys()] };
    const changed = upstream.control(action, reason);
    return { kind: 'done', state: upstream.standing, changed };
  }

  snapshots(): readonly ResilienceSnapshot[] {
    return Array.from(this.#upstreams.values(), (upstream) => upstream.snapshot());
  }

  start(): void {
    this.#externalAddresses.start();
  }

  async close(): Promise<void> {
    this.#externalAddresses.close();
    await Promise.all(Array.from(this.#upstreams.values(), (upstream) => upstream.close()));
    if (this.#options.probe === undefined) this.#probe.close();
  }

  #makeUpstream(definition: UpstreamDefinition): Upstream {
    const { clock, timers, random, metrics, throttleBaseMs, throttleCapMs } = this.#options;
    const { keyedHash } = this.#options;
    const probe = this.#probe;
    return new Upstream({
      definition,
      transport: new UndiciTransport({
        definition,
        clock,
        timers,
        probe,
        throttleCapMs,
        keyedHash,
      }),
      aborts: this.#aborts,
      addresses: new OwnAddresses(
        definition.network,
        probe.localAddresses,
        this.#externalAddresses.of(definition.network),
      ),
      clock,
      timers,
      random,
      metrics,
      throttle: { baseMs: throttleBaseMs, capMs: throttleCapMs },
      onCircuitChange: (change) => this.#tellCircuit(definition.name, change),
      onRateLimitChange: (change) => this.#tellRateLimit(definition.name, change),
      onAvailable: () => {
        for (const listener of this.#listeners) listener(definition.name);
      },
    });
  }

  #tellCircuit(upstream: string, { from, to, reason }: CircuitChange): void {
    const { metrics, bus, clock, processTraceId } = this.#options;
    metrics.counter('circuit_transitions_total', { upstream, state: to }).inc();
    bus.publish({
      eventType: 'system.circuit.changed',
      timestampMs: clock.wallMs(),
      traceId: processTraceId,
      severity: to === 'open' || to === 'isolated' ? 'WARN' : 'INFO',
      upstream,
      from,
      to,
      reason,
    });
  }

  #tellRateLimit(upstream: string, change: RateLimitChange): void {
    const { bus, clock, processTraceId } = this.#options;
    bus.publish({
      eventType: 'system.rate_limit.changed',
      timestampMs: clock.wallMs(),
      traceId: processTraceId,
      severity: 'INFO',
      upstream,
      ...change,
    });
  }

  #registerGauges(): void {
    const { metrics } = this.#options;
    metrics.gauge('inflight_requests', () => this.#samples((one) => one.inFlight));
    metrics.gauge('amplification_ratio', () => this.#samples((one) => one.retry.amplification));
    metrics.gauge('inflight_limit', () => this.#samples((one) => one.inFlightMax));
    metrics.gauge('pool_saturation', () => this.#samples((one) => one.saturation));
    metrics.gauge('retry_budget_left', () => this.#samples((one) => one.budget.left));
    metrics.gauge('connections_open', () => this.#samples((one) => one.connections.open));
    metrics.gauge('connection_min_rtt_seconds', () =>
      Array.from(this.#upstreams, ([upstream, { minRttSeconds: value }]) =>
        value === undefined ? [] : [{ labels: { upstream }, value }],
      ).flat(),
    );
    metrics.gauge('upstream_paused', () =>
      this.#samples(({ pause }) => (pause === undefined ? 0 : 1)),
    );
    metrics.gauge('circuit_state', () =>
      this.snapshots().flatMap(({ upstream, circuit }) =>
        CIRCUIT_STATES.map((state) => ({
          labels: { upstream, state },
          value: circuit.state === state ? 1 : 0,
        })),
      ),
    );
  }

  #samples(read: (snapshot: ResilienceSnapshot) => number): GaugeSample<UpstreamGauge>[] {
    return this.snapshots().map((snapshot) => ({
      labels: { upstream: snapshot.upstream },
      value: read(snapshot),
    }));
  }
}

function unknownUpstream(name: string): Error {
  return new Error(`no upstream is called ${name}`);
}
