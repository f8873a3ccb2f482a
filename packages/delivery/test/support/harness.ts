import { DeliveryEngine, RouteTable } from '@netscope/delivery';
import {
  type Admission,
  type AuditEvent,
  type AuditSink,
  auditEventType,
  type CallFacts,
  type DeadLetter,
  type DeadLetters,
  type DeliveryPolicy,
  type NetScopeEvent,
  type OutboundCall,
  type OutboundGateway,
  type OutboundResult,
  type PartitionLease,
  type RouteDefinition,
  type TriesSpent,
  UpstreamError,
} from '@netscope/domain';
import { ManualClock, RecordingLog, RecordingMetrics, SeededRandom } from '@netscope/test-support';

import { route } from './route.ts';

const facts: CallFacts = {
  latencyMs: 1,
  bytesSent: 1,
  bytesReceived: 1,
  attempts: [],
  retryCount: 0,
  timeoutCount: 0,
  circuitState: 'closed',
  verdict: undefined,
  internalIp: '127.0.0.1',
  externalIp: undefined,
  remoteAddress: '127.0.0.1',
  bytesLeft: true,
};

export function responded(status: number, retryAfterMs?: number): OutboundResult {
  const isThrottle = status === 429 || retryAfterMs !== undefined;
  return {
    ...facts,
    outcome: 'responded',
    status,
    throttle: isThrottle ? { retryAfterMs } : undefined,
    response: { sha256: '00', bytes: 0 },
    truncated: false,
  };
}

export function broken(): OutboundResult {
  const error = new UpstreamError('UPSTREAM_CONNECTION_BROKEN', 'reset', { kind: 'transient' });
  return { ...facts, outcome: 'failed', error };
}

function aborted(bytesLeft: boolean): OutboundResult {
  const error = new UpstreamError('CALL_ABORTED', 'drained', { kind: 'transient' });
  return { ...facts, bytesLeft, outcome: 'aborted', error };
}

/** A call that the test answers when it likes. */
export interface OpenCall {
  readonly call: OutboundCall;
  answer(result: OutboundResult): Promise<void>;
}

/** A gateway whose every call the test answers; as true about its limit as the real one. */
export class ScriptedGateway implements OutboundGateway {
  readonly open: OpenCall[] = [];
  readonly made: OutboundCall[] = [];
  inFlightMax = 64;
  /** What `admit` answers instead, where set. */
  waiting: Extract<Admission, { kind: 'waiting' }> | undefined;
  /** Which upstreams `waiting` is the answer of. */
  isDead: (upstream: string) => boolean = () => true;
  probe = false;
  /** Whether bytes of a call have left by the time that it is aborted. */
  bytesLeave = true;
  /** The next so many calls reject, as by a defect. */
  defects = 0;
  releases = 0;
  #inFlight = 0;
  #listener: (upstream: string) => void = () => {};

  admit(upstream: string): Admission {
    if (this.waiting !== undefined && this.isDead(upstream)) return this.waiting;
    if (this.#inFlight >= this.inFlightMax) {
      return { kind: 'waiting', reason: 'bulkhead_full', retryAfterMs: undefined };
    }
    this.#inFlight += 1;
    return {
      kind: 'admitted',
      permit: { upstream, admittedAtMs: 0, probe: this.probe, release: () => this.#release() },
    };
  }

  call(call: OutboundCall, signal: AbortSignal): Promise<OutboundResult> {
    this.made.push(call);
    if (this.defects > 0) {
      this.defects -= 1;
      return Promise.reject(new TypeError('a defect'));
    }
    return new Promise((resolve) => {
      const answer = async (result: OutboundResult): Promise<void> => {
        const at = this.open.findIndex((one) => one.call === call);
        if (at < 0) return;
        this.open.splice(at, 1);
        this.#inFlight -= 1;
        resolve(result);
        await settled();
        this.#listener(call.request.upstream);
        await settled();
      };
      this.open.push({ call, answer });
      signal.addEventListener('abort', () => void answer(aborted(this.bytesLeave)));
    });
  }

  #release(): void {
    this.releases += 1;
    this.#inFlight -= 1;
  }

  onAvailable(listener: (upstream: string) => void): void {
    this.#listener = listener;
  }

  async available(): Promise<void> {
    this.waiting = undefined;
    this.#listener('partner');
    await settled();
  }
}

/** Durable at once, unless the test holds it. */
export class ScriptedAudit implements AuditSink {
  readonly events: AuditEvent[] = [];
  hasRoom = true;
  isBehind = false;
  held: (() => void)[] | undefined;
  reserved = 0;

  get types(): readonly string[] {
    return this.events.map(auditEventType);
  }

  reserve(): boolean {
    if (this.hasRoom) this.reserved += 1;
    return this.hasRoom;
  }

  release(): void {
    this.reserved -= 1;
  }

  append(event: AuditEvent): Promise<void> {
    this.reserved -= 1;
    this.events.push(event);
    const { held } = this;
    return held === undefined ? Promise.resolve() : new Promise((resolve) => held.push(resolve));
  }
}

/** What was written down, by offset. */
export class ScriptedJournal {
  readonly begun = new Map<number, TriesSpent>();
  isWritable = true;

  noteBegun(_place: unknown, spent: TriesSpent & { readonly offset: number }): boolean {
    if (this.isWritable) this.begun.set(spent.offset, spent);
    return this.isWritable;
  }

  noteEnded(_place: unknown, offset: number): void {
    this.begun.delete(offset);
  }
}

export class ScriptedDeadLetters implements DeadLetters {
  readonly letters: DeadLetter[] = [];
  failures = 0;

  park(letter: DeadLetter): Promise<{ topic: string; partition: number; offset: number }> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('the broker is away'));
    }
    this.letters.push(letter);
    return Promise.resolve({ topic: 'dead', partition: 0, offset: this.letters.length - 1 });
  }
}

export class RecordingLease implements PartitionLease {
  readonly topic = 'orders';
  readonly partition: number;
  readonly generation = 1;
  readonly acknowledged: number[] = [];
  readonly spent = new Map<number, TriesSpent>();
  fenced = false;
  paused = false;

  constructor(partition = 0) {
    this.partition = partition;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  acknowledge(offset: number): void {
    this.acknowledged.push(offset);
  }

  spentOn(offset: number): TriesSpent | undefined {
    return this.spent.get(offset);
  }

  noteSpent(offset: number, spent: TriesSpent): void {
    this.spent.set(offset, spent);
  }
}

export interface HarnessChanges {
  readonly routes?: readonly RouteDefinition[];
  readonly policy?: Partial<DeliveryPolicy>;
  readonly recordsInFlight?: number;
  readonly waitingBytesMax?: number;
  readonly cluster?: () => string;
}

export interface Harness {
  readonly clock: ManualClock;
  readonly gateway: ScriptedGateway;
  readonly audit: ScriptedAudit;
  readonly deadLetters: ScriptedDeadLetters;
  readonly journal: ScriptedJournal;
  readonly metrics: RecordingMetrics;
  readonly log: RecordingLog;
  readonly events: NetScopeEvent[];
  readonly engine: DeliveryEngine;
  readonly lease: RecordingLease;
}

/** The engine between scripted ports. */
export function harness(changes: HarnessChanges = {}): Harness {
  const clock = new ManualClock();
  const gateway = new ScriptedGateway();
  const audit = new ScriptedAudit();
  const deadLetters = new ScriptedDeadLetters();
  const journal = new ScriptedJournal();
  const metrics = new RecordingMetrics();
  const log = new RecordingLog();
  const events: NetScopeEvent[] = [];
  const compiled = RouteTable.compile(changes.routes ?? [route()]);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  const engine = new DeliveryEngine({
    routes: compiled.table,
    upstreams: new Map([
      ['partner', { host: 'partner.test', port: 443 }],
      ['dead', { host: 'dead.test', port: 443 }],
    ]),
    policy: {
      triesMax: 3,
      retryForMs: 0,
      backoffBaseMs: 1000,
      backoffCapMs: 60_000,
      throttledMaxMs: 3_600_000,
      ambiguous: 'retry',
      parkGuard: { ratio: 1, minimum: 50, windowMs: 60_000 },
      ...changes.policy,
    },
    gateway,
    audit,
    deadLetters,
    journal,
    bus: { publish: (event) => void events.push(event), subscribe: () => () => {} },
    metrics,
    log,
    clock,
    timers: clock,
    random: new SeededRandom(7),
    source: { kind: 'kafka', group: 'netscope', cluster: changes.cluster ?? (() => 'cluster-1') },
    processTraceId: 'a'.repeat(32),
    recordsInFlight: changes.recordsInFlight ?? 1024,
    waitingBytesMax: changes.waitingBytesMax ?? 64 * 1024 * 1024,
  });
  const lease = new RecordingLease();
  return { clock, gateway, audit, deadLetters, journal, metrics, log, events, engine, lease };
}

/** Lets every promise that can move, move. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
}
