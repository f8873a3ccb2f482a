import { setImmediate as nextTurn } from 'node:timers/promises';

import { type Config, loadConfig } from '@netscope/config';
import { DeliveryEngine, RouteTable } from '@netscope/delivery';
import {
  type AuditSink,
  type DeadLetter,
  type DeadLetters,
  OffsetTracker,
  recordFingerprint,
  TrackedLease,
} from '@netscope/domain';
import { type ComposedOutboundGateway, createOutboundGateway } from '@netscope/outbound-client';
import {
  type Answer,
  DirectEventBus,
  ManualClock,
  RecordingLog,
  RecordingMetrics,
  ScriptedUpstream,
  SeededRandom,
} from '@netscope/test-support';

type Section = Readonly<Record<string, unknown>>;

export interface DeliveryRigOptions {
  /** What the upstream answers to everything; `answer` changes it. */
  readonly answer: Answer;
  /** Of the configuration, whose defaults hold for the rest. */
  readonly delivery?: Section;
  readonly upstream?: Section;
}

const TOPIC = 'orders';
const TRACE_ID = 'a'.repeat(32);

/** Durable at once, and never full. */
const DURABLE: AuditSink = {
  reserve: () => true,
  isBehind: false,
  release: () => undefined,
  append: async () => undefined,
};

/**
 * The engine on the gateway on a real HTTP server, as the configuration makes them; time alone moves
 * by hand. An upstream's calls make one attempt each, so that nothing but the clock ends a wait.
 */
export class DeliveryRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly letters: DeadLetter[] = [];
  /** When each request came, ms since the start. */
  readonly arrivalsMs: number[] = [];
  readonly upstream: ScriptedUpstream;
  readonly gateway: ComposedOutboundGateway;
  readonly engine: DeliveryEngine;
  answer: Answer;
  readonly #startMs = this.clock.monotonicMs();
  readonly #lease = new TrackedLease({
    topic: TOPIC,
    partition: 0,
    generation: 1,
    tracker: new OffsetTracker(0),
    onFlow: () => undefined,
  });
  #offset = 0;

  private constructor(upstream: ScriptedUpstream, options: DeliveryRigOptions) {
    this.upstream = upstream;
    this.answer = options.answer;
    upstream.script = () => {
      this.arrivalsMs.push(this.nowMs);
      return this.answer;
    };
    const shared = {
      clock: this.clock,
      timers: this.clock,
      random: new SeededRandom(),
      metrics: new RecordingMetrics(),
      bus: new DirectEventBus(),
      log: new RecordingLog(),
      processTraceId: TRACE_ID,
    };
    const config = configOf(upstream.origin, options);
    this.gateway = createOutboundGateway({
      ...shared,
      upstreams: config.upstreams,
      throttleBaseMs: config.delivery.backoffBaseMs,
      throttleCapMs: config.delivery.backoffCapMs,
    });
    this.engine = new DeliveryEngine({
      ...shared,
      routes: tableOf(config),
      upstreams: new Map([['partner', { host: '127.0.0.1', port: upstream.port }]]),
      policy: config.delivery,
      gateway: this.gateway,
      audit: DURABLE,
      deadLetters: this.#deadLetters(),
      journal: { noteBegun: () => true, noteEnded: () => undefined },
      source: { kind: 'kafka', group: 'netscope', cluster: () => 'cluster-1' },
      recordsInFlight: config.source.recordsInFlight,
      waitingBytesMax: config.source.waitingBytesMax,
    });
  }

  static async start(options: DeliveryRigOptions): Promise<DeliveryRig> {
    return new DeliveryRig(await ScriptedUpstream.start(), options);
  }

  /** Since the start. */
  get nowMs(): number {
    return this.clock.monotonicMs() - this.#startMs;
  }

  /** Hands so many records over, each with a key of its own. */
  take(count: number): void {
    const first = this.#offset;
    this.#offset += count;
    const records = Array.from({ length: count }, (_, index) => ({
      topic: TOPIC,
      partition: 0,
      offset: first + index,
      timestampMs: this.clock.wallMs(),
      key: Buffer.from(`key-${first + index}`),
      value: Buffer.from('{"id":7}'),
      headers: [],
    }));
    for (const { offset, timestampMs } of records) {
      this.#lease.tracker.take(offset, timestampMs, recordFingerprint(timestampMs, undefined));
    }
    this.engine.accept(records, this.#lease);
  }

  /** Moves time on by so much, in steps; after each, all that the step began is done. */
  async run(forMs: number, stepMs: number): Promise<void> {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs;) {
      this.clock.advance(Math.min(stepMs, endMs - this.nowMs));
      await this.settled();
    }
  }

  /** Waits until no call is under way, and none follows from the last. */
  async settled(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 3; idleTurns += 1) {
      if (this.engine.status().recordsInFlight > 0) idleTurns = 0;
      await nextTurn();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    await this.upstream[Symbol.asyncDispose]();
  }

  #deadLetters(): DeadLetters {
    return {
      park: async (letter) => {
        this.letters.push(letter);
        return { topic: `${TOPIC}.dead`, partition: 0, offset: this.letters.length - 1 };
      },
    };
  }
}

function configOf(origin: string, { delivery, upstream }: DeliveryRigOptions): Config {
  const settings = {
    source: { kind: 'embedded' },
    delivery: { ambiguous: 'retry', ...delivery },
    upstreams: { partner: { origin, retry: { attempts: 1 }, ...upstream } },
    routes: [
      {
        name: 'partner-send',
        topics: [TOPIC],
        upstream: 'partner',
        request: { method: 'POST', path: '/' },
      },
    ],
  };
  return loadConfig({ text: JSON.stringify(settings), env: {}, cwd: '/', dotenv: false }).config;
}

function tableOf({ routes }: Config): RouteTable {
  const compiled = RouteTable.compile(routes);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  return compiled.table;
}
