import {
  type Admission,
  type CallPermit,
  type Clock,
  type OutboundRequest,
  type OutboundResult,
  type RequestContext,
  StatusSet,
  type TimerHandle,
  type Timers,
  type UpstreamDefinition,
} from '@netscope/domain';
import {
  type ComposedOutboundGateway,
  createOutboundGateway,
  type OutboundGatewayOptions,
} from '@netscope/outbound-client';
import {
  DirectEventBus,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';

export const realClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const realTimers: Timers = {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- a handle is opaque to the port */
  set: (callback, delayMs) => setTimeout(callback, delayMs) as TimerHandle,
  background: (callback, delayMs) => setTimeout(callback, delayMs).unref() as TimerHandle,
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  /* oxlint-enable typescript/no-unsafe-type-assertion */
};

export type DefinitionChange = {
  readonly [Part in keyof UpstreamDefinition]?: UpstreamDefinition[Part] extends string
    ? string
    : Partial<UpstreamDefinition[Part]>;
};

/** An upstream called `partner` with the documented defaults, but for what is said. */
export function definitionOf(change: DefinitionChange = {}): UpstreamDefinition {
  return {
    name: change.name ?? 'partner',
    origin: change.origin ?? 'http://127.0.0.1:1',
    timeouts: { connectMs: 200, readMs: 1000, globalMs: 1500, ...change.timeouts },
    retry: {
      attempts: 2,
      baseMs: 50,
      capMs: 2000,
      budgetRatio: 0.1,
      budgetMinPerSecond: 1,
      ...change.retry,
    },
    bulkhead: {
      inFlight: 64,
      queue: 2048,
      queueAgeMaxMs: 1000,
      adaptive: false,
      ...change.bulkhead,
    },
    circuit: {
      failureRate: 0.2,
      windowMs: 10_000,
      minimumAttempts: 20,
      consecutiveFailures: 5,
      openMs: 5000,
      openMaxMs: 60_000,
      mode: 'enforce',
      ...change.circuit,
    },
    rateLimit: { perSecond: 0, burst: 0, mode: 'enforce', ...change.rateLimit },
    connections: {
      // One for each call, unless a test is about that.
      max: change.bulkhead?.inFlight ?? 64,
      keepAliveMs: 30_000,
      http2: false,
      ...change.connections,
    },
    tls: {
      ca: undefined,
      cert: undefined,
      key: undefined,
      serverName: undefined,
      minVersion: 'TLSv1.2',
      ...change.tls,
    },
    network: {
      addresses: 'any',
      allow: [],
      externalIp: 'auto',
      externalIpUrl: undefined,
      path: 'auto',
      ...change.network,
    },
  };
}

/** A POST of a small body that may be repeated, but for what is said. */
export function requestOf(change: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    upstream: 'partner',
    method: 'POST',
    target: '/v1/send?a=b',
    pathTemplate: '/v1/send',
    headers: ['content-type', 'application/json'],
    contentType: 'application/json',
    body: Buffer.from('{"a":1}'),
    deadlineAtMs: undefined,
    repeatable: true,
    success: new StatusSet(['2xx']),
    transient: new StatusSet([408, 425, 429, '5xx']),
    responseBytesMax: 1_048_576,
    ...change,
  };
}

export const context: RequestContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: '01',
  tracestate: undefined,
  requestId: '0b9f6a52-6a3e-4e36-9a5e-0d4b1f0c7a11',
  idempotencyKey: 'key-1',
  route: 'partner-send',
  routeGroup: 'partner',
  internalIp: undefined,
  externalIp: undefined,
  source: {
    kind: 'kafka',
    cluster: 'cluster-1',
    group: 'netscope',
    topic: 'netscope.ingress',
    partition: 3,
    offset: 1,
    keySha256: undefined,
    timestampMs: 0,
  },
};

export function permitOf(admission: Admission): CallPermit {
  if (admission.kind === 'waiting') throw new Error(`told to wait: ${admission.reason}`);
  return admission.permit;
}

/** A busy machine is no fault of the upstream; what tests a timeout sets its own. */
const PATIENT = { connectMs: 2000, readMs: 5000, globalMs: 10_000 };

/** The real gateway on the real clock; what it tells is recorded. */
export class GatewayRig implements AsyncDisposable {
  readonly metrics = new RecordingMetrics();
  readonly bus = new DirectEventBus();
  readonly log = new RecordingLog();
  readonly gateway: ComposedOutboundGateway;

  constructor(change: DefinitionChange, options: Partial<OutboundGatewayOptions> = {}) {
    this.gateway = createOutboundGateway({
      upstreams: [definitionOf({ timeouts: PATIENT, ...change })],
      clock: realClock,
      timers: realTimers,
      random: new SeededRandom(),
      metrics: this.metrics,
      bus: this.bus,
      log: this.log,
      processTraceId: 'f'.repeat(32),
      throttleBaseMs: 1000,
      throttleCapMs: 60_000,
      ...options,
    });
  }

  /** Admits, as the record source does, and calls. */
  call(change: Partial<OutboundRequest> = {}, signal = neverAborted): Promise<OutboundResult> {
    const permit = permitOf(this.gateway.admit('partner'));
    return this.gateway.call({ request: requestOf(change), context, permit }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
  }
}

export const neverAborted = new AbortController().signal;

/** The parts of every attempt's time, which must be its total. */
export function phaseSums(result: OutboundResult): readonly { sum: number; total: number }[] {
  return result.attempts.map(({ phasesMs, totalMs }) => ({
    sum: Object.values(phasesMs).reduce((sum, part) => sum + part, 0),
    total: totalMs,
  }));
}
