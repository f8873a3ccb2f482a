import type {
  AuditStatus,
  IntakeHold,
  OperatorAnswer,
  OperatorCommand,
  PartitionHoldings,
  ReadinessReport,
  ResilienceSnapshot,
  SeekAnswer,
  SeekCommand,
} from '@netscope/domain';
import { createMetricsEngine } from '@netscope/metrics-engine';
import {
  DirectEventBus,
  FixedHost,
  ManualClock,
  RecordingLog,
  sampleCall,
  SeededRandom,
} from '@netscope/test-support';

import type { ApiServerOptions, HttpOptions } from '../src/app-state.ts';
import type { Peer } from '../src/services/host-service.ts';

/** Everything that a server under test reads, in plain fields that a test may set. */
export class SampleWorld {
  readonly bus = new DirectEventBus();
  readonly clock = new ManualClock();
  readonly host = new FixedHost();
  readonly log = new RecordingLog();
  readonly metrics = createMetricsEngine({
    bucketsSeconds: [0.1, 0.4, 1.5],
    seriesMax: 1000,
    clock: this.clock,
    log: this.log,
  });
  readiness: ReadinessReport = {
    ready: true,
    phase: 'running',
    dependencies: [{ name: 'source', state: 'up', reason: undefined }],
  };
  upstreams: ResilienceSnapshot[] = [sampleSnapshot('partner')];
  audit: AuditStatus = sampleAudit();
  holds: IntakeHold[] = [];
  readonly commands: OperatorCommand[] = [];
  readonly seeks: SeekCommand[] = [];
  seekAnswer: SeekAnswer = { kind: 'done', from: 8, offset: 3, audited: true };
  holdings: PartitionHoldings = { waiting: 0, inFlight: 0, lowest: undefined };
  waitingByUpstream: Record<string, number> = { partner: 3 };
  peers: Peer[] = [];

  constructor() {
    this.metrics.follow(this.bus);
  }

  options(http: Partial<HttpOptions> = {}, more: Partial<ApiServerOptions> = {}): ApiServerOptions {
    return {
      http: {
        host: '127.0.0.1',
        port: 0,
        metricsPort: undefined,
        requestTimeoutMs: 2000,
        rateLimitPerSecond: 1000,
        trustedProxies: [],
        hosts: [],
        ...http,
      },
      version: '0.1.0',
      readiness: () => this.readiness,
      resilience: () => this.upstreams,
      auditStatus: () => this.audit,
      sourceStatus: () => ({
        kind: 'kafka',
        assigned: true,
        state: 'running',
        reason: undefined,
        missingTopics: [],
        partitions: [
          {
            topic: 'netscope.ingress',
            partition: 0,
            position: 10,
            committed: 8,
            lagRecords: 5,
            lagSeconds: 1.5,
            paused: false,
            lost: undefined,
            offsetMap: { bytes: 120, bytesMax: 4096 },
          },
          {
            topic: 'netscope.ingress',
            partition: 1,
            position: 1,
            committed: undefined,
            lagRecords: undefined,
            lagSeconds: undefined,
            paused: true,
            lost: undefined,
            offsetMap: undefined,
          },
        ],
      }),
      deliveryStatus: () => ({
        recordsInFlight: 2,
        recordsInFlightMax: 1024,
        recordsWaiting: 3,
        waitingBytes: 1500,
        waitingBytesMax: 67_108_864,
        waitingByUpstream: this.waitingByUpstream,
        oldestWaitingMs: 120.5,
        pausedPartitions: ['netscope.ingress/1'],
        recordsHeld: 0,
        holds: this.holds,
        delivered: 9,
        parked: 1,
        skipped: 0,
      }),
      capabilities: () => ({
        phases: true,
        addresses: true,
        tlsFacts: true,
        socketFacts: false,
        receiveStamps: false,
        kernelTimeoutCheck: false,
        host: false,
      }),
      operator: {
        act: (command) => Promise.resolve(this.#act(command)),
        seek: (command) => {
          this.seeks.push(command);
          return Promise.resolve(this.seekAnswer);
        },
      },
      holdings: () => this.holdings,
      routeGroups: () => ['partner', 'other'],
      host: this.host,
      peers: async () => this.peers,
      bus: this.bus,
      metrics: this.metrics,
      clock: this.clock,
      timers: this.clock,
      random: new SeededRandom(7),
      log: this.log,
      dashboardDir: undefined,
      processTraceId: 'f'.repeat(32),
      ...more,
    };
  }

  #act(command: OperatorCommand): OperatorAnswer {
    const known = { upstream: ['partner'], topic: ['netscope.ingress'], route: ['partner-send'] };
    if (!known[command.target].includes(command.name)) {
      return { kind: 'unknown', known: known[command.target] };
    }
    this.commands.push(command);
    const state = command.action === 'isolate' ? 'isolated' : 'paused';
    return { kind: 'done', state, changed: true, audited: true };
  }

  /** One call that has ended, as the gateway tells it. */
  publish(call = sampleCall()): void {
    this.bus.publish({
      eventType: 'network.request.completed',
      timestampMs: call.timestampMs,
      traceId: call.context.traceId,
      severity: call.delivered ? 'INFO' : 'WARN',
      call,
    });
  }
}

export function sampleSnapshot(upstream: string): ResilienceSnapshot {
  return {
    upstream,
    timeouts: { connectMs: 200, readMs: 1000, globalMs: 1500 },
    retry: { attempts: 2, baseMs: 50, capMs: 2000, amplification: 1 },
    budget: { ratio: 0.1, minPerSecond: 1, left: 10 },
    pause: undefined,
    circuit: {
      state: 'open',
      sinceMs: 1_771_578_000_000,
      reason: '5 failures in a row',
      mode: 'enforce',
      threshold: 0.2,
      windowAttempts: 25,
      windowFailures: 6,
      openRemainingMs: 4200,
    },
    inFlight: 2,
    inFlightMax: 64,
    isAdaptive: false,
    callersQueued: 1,
    queueCapacity: 2048,
    saturation: 0.03125,
    rateLimit: { perSecond: 0, burst: 0, mode: 'enforce', state: 'within', left: undefined },
    throttledRemainingMs: undefined,
    connections: { open: 2, busy: 1, max: 64 },
  };
}

function sampleAudit(): AuditStatus {
  return {
    store: 'rgw',
    state: 'up',
    reason: undefined,
    troubles: { spool: undefined, store: undefined },
    node: 'netscope-0',
    epoch: '000000000001abcd',
    lastSeq: 77,
    backlogEvents: 12,
    backlogBytes: 20_000,
    spoolBytes: 30_000,
    spoolBytesMax: 1_073_741_824,
    reservedBytes: 4096,
    segmentsPending: 1,
    oldestEventMs: 1_771_577_998_000,
    lastDigest: {
      key: 'audit/v1/digests/node=netscope-0/x.json',
      sha256: 'ab'.repeat(32),
      atMs: 1_771_577_990_000,
      segments: 2,
      isShipped: true,
    },
    lastShipped: { key: 'audit/v1/x.jsonl.zst', atMs: 1_771_577_990_000, bytes: 500 },
    lastError: undefined,
    objectsShipped: 4,
    writeErrors: 0,
    dropped: {},
    quarantinedSegments: 0,
    capabilities: { if_none_match: true },
  };
}
