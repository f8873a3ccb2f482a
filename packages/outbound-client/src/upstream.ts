import {
  type Admission,
  Amplification,
  type CallPermit,
  type Clock,
  type IntakeAction,
  type IntakeStanding,
  type MetricsRecorder,
  type OutboundCall,
  type OutboundResult,
  type Random,
  refuseIntake,
  type ResilienceSnapshot,
  RetryBudget,
  type Timers,
  type UpstreamDefinition,
} from '@netscope/domain';

import type { AbortWatch } from './abort-watch.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { Availability } from './availability.ts';
import { Bulkhead } from './bulkhead.ts';
import { CallMetrics } from './call-metrics.ts';
import { type CallCaller, CallState } from './call-state.ts';
import { Circuit, type CircuitChange } from './circuit.ts';
import { EndedCalls } from './ended-calls.ts';
import { type InFlightLimit, inFlightLimit } from './in-flight-limit.ts';
import { type ThrottleBounds, UpstreamIntake } from './intake.ts';
import type { Inward } from './layer.ts';
import type { OwnAddresses } from './own-addresses.ts';
import { Permit } from './permit.ts';
import { buildPipeline } from './pipeline.ts';
import type { RateLimitChange } from './rate-limit-watch.ts';
import { toResult } from './to-result.ts';
import type { Transport } from './transport.ts';

export interface UpstreamParts {
  readonly definition: UpstreamDefinition;
  readonly transport: Transport;
  readonly addresses: OwnAddresses;
  readonly aborts: AbortWatch;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: MetricsRecorder;
  readonly throttle: ThrottleBounds;
  readonly onCircuitChange: (change: CircuitChange) => void;
  readonly onRateLimitChange: (change: RateLimitChange) => void;
  readonly onAvailable: () => void;
}

/** One upstream: who may call it, and every call of it. */
export class Upstream {
  readonly definition: UpstreamDefinition;
  readonly #parts: UpstreamParts;
  readonly #availability: Availability;
  readonly #limit: InFlightLimit;
  readonly #bulkhead: Bulkhead;
  readonly #circuit: Circuit;
  readonly #intake: UpstreamIntake;
  readonly #budget: RetryBudget;
  readonly #amplification: Amplification;
  readonly #metrics: CallMetrics;
  readonly #run: Inward;
  readonly #ended = new EndedCalls({
    settle: (call) => this.#settle(call),
    onFree: () => this.#availability.permitFreed(),
  });
  readonly #onDefect = (call: CallState, error: unknown): void => this.#fail(call, error);
  readonly #giveBack = (permit: Permit): void => this.#releaseUnused(permit);

  constructor(parts: UpstreamParts) {
    const { definition, clock, timers, random } = parts;
    this.definition = definition;
    this.#parts = parts;
    this.#availability = new Availability(clock, timers, parts.onAvailable);
    this.#limit = inFlightLimit(definition, clock.monotonicMs());
    const { queue, queueAgeMaxMs } = definition.bulkhead;
    this.#bulkhead = new Bulkhead({ limit: this.#limit, queue, queueAgeMaxMs }, clock, timers);
    this.#circuit = this.#makeCircuit();
    const metrics = new CallMetrics(parts.metrics, definition.name);
    this.#metrics = metrics;
    this.#intake = new UpstreamIntake({ ...parts, overLimit: metrics.overLimit });
    this.#budget = new RetryBudget(
      { ratio: definition.retry.budgetRatio, minPerSecond: definition.retry.budgetMinPerSecond },
      clock.monotonicMs(),
    );
    this.#amplification = new Amplification(clock.monotonicMs());
    this.#run = buildPipeline({
      definition,
      clock,
      timers,
      random,
      metrics,
      intake: this.#intake,
      budget: this.#budget,
      bulkhead: this.#bulkhead,
      circuit: this.#circuit,
      transport: parts.transport,
      onAttempt: (call, end) => {
        metrics.recordAttempt(end);
        this.#intake.hear(call, end);
        this.#hearLimit(end);
      },
      onEnd: (call, end) => this.#end(call, end),
    });
  }

  admit(): Admission {
    const nowMs = this.#parts.clock.monotonicMs();
    const refusal = refuseIntake({
      held: this.#held(),
      circuitRefusal: this.#circuit.refusal(nowMs),
      throttledMs: this.#intake.throttledMs(nowMs),
      permitsFree: this.#bulkhead.free,
      tokenWaitMs: this.#intake.tokenWaitMs(nowMs),
    });
    if (refusal === undefined) return { kind: 'admitted', permit: this.#issue(nowMs) };
    if (refusal.reason === 'rate_limited') this.#intake.noteRateLimited(nowMs);
    this.#availability.waits(refusal);
    return { kind: 'waiting', ...refusal };
  }

  /** Makes one call; its permit comes back when the call and its attempts have really settled. */
  call(outbound: OutboundCall, signal: AbortSignal): Promise<OutboundResult> {
    return new Promise((resolve, reject) => {
      const call = this.#begin(outbound, { resolve, reject });
      call.roll = this.#parts.aborts.enlist(call, signal);
      try {
        this.#run(call);
      } catch (error) {
        this.#fail(call, error);
      }
    });
  }

  snapshot(): ResilienceSnapshot {
    const { timeouts, retry, bulkhead, rateLimit, connections } = this.definition;
    const nowMs = this.#parts.clock.monotonicMs();
    const throttledMs = this.#intake.throttledMs(nowMs);
    return {
      upstream: this.definition.name,
      timeouts,
      retry: {
        attempts: retry.attempts,
        baseMs: retry.baseMs,
        capMs: retry.capMs,
        amplification: this.#amplification.ratio(nowMs),
      },
      budget: {
        ratio: retry.budgetRatio,
        minPerSecond: retry.budgetMinPerSecond,
        left: this.#budget.left(nowMs),
      },
      circuit: this.#circuit.snapshot(nowMs),
      pause: this.#intake.pause,
      inFlight: this.#bulkhead.inFlight,
      inFlightMax: this.#limit.now,
      isAdaptive: bulkhead.adaptive,
      callersQueued: this.#bulkhead.queueDepth,
      queueCapacity: bulkhead.queue,
      saturation: Math.min(1, this.#bulkhead.inFlight / this.#limit.now),
      rateLimit: {
        perSecond: rateLimit.perSecond,
        burst: rateLimit.burst,
        mode: rateLimit.mode,
        state: this.#intake.rateLimitState,
        left: this.#intake.tokensLeft(nowMs),
      },
      throttledRemainingMs: throttledMs > 0 ? throttledMs : undefined,
      connections: { ...this.#parts.transport.connections(), max: connections.max },
    };
  }

  /** What an operator holds back or lets go; true where that changed how it stands. */
  control(action: IntakeAction, reason: string): boolean {
    const changed = this.#obey(action, reason);
    if (changed) this.#availability.changed();
    return changed;
  }

  /** Of the connection that carried the last attempt; undefined where the kernel did not tell. */
  get minRttSeconds(): number | undefined {
    return this.#metrics.connections.minRttSeconds;
  }

  get standing(): IntakeStanding {
    return this.#held() ?? 'running';
  }

  async close(): Promise<void> {
    this.#availability.close();
    this.#circuit.close();
    this.#intake.close();
    await this.#parts.transport.close();
  }

  #held(): 'isolated' | 'paused' | undefined {
    if (this.#circuit.isIsolated) return 'isolated';
    return this.#intake.pause === undefined ? undefined : 'paused';
  }

  #obey(action: IntakeAction, reason: string): boolean {
    if (action === 'isolate') return this.#circuit.isolate(reason);
    if (action === 'release') return this.#circuit.liberate(reason);
    const { pause } = this.#intake;
    const sinceMs = pause?.sinceMs ?? this.#parts.clock.wallMs();
    this.#intake.pause = action === 'pause' ? { reason, sinceMs } : undefined;
    return (action === 'pause') !== (pause !== undefined);
  }

  #makeCircuit(): Circuit {
    const { definition, clock, timers, random } = this.#parts;
    return new Circuit({
      definition,
      clock,
      timers,
      random,
      onChange: (change) => {
        this.#parts.onCircuitChange(change);
        if (change.to !== 'open') this.#availability.changed();
      },
      onProbeFree: () => this.#availability.changed(),
    });
  }

  #issue(nowMs: number): CallPermit {
    const ticket = this.#circuit.admit(nowMs);
    if (ticket === undefined) throw new Error('the circuit refused what it had just agreed to');
    this.#intake.take(nowMs);
    this.#bulkhead.take();
    const probe = this.#circuit.isProbe(ticket);
    const facts = { upstream: this.definition.name, admittedAtMs: nowMs, ticket, probe };
    return new Permit(facts, this.#giveBack);
  }

  #begin({ request, context, permit }: OutboundCall, caller: CallCaller): CallState {
    const whose = { request, context, caller, onDefect: this.#onDefect };
    if (permit === undefined) {
      const admittedAtMs = this.#parts.clock.monotonicMs();
      return new CallState({ ...whose, admittedAtMs, ticket: undefined, holdsSlot: false });
    }
    if (!(permit instanceof Permit) || permit.upstream !== request.upstream || !permit.use()) {
      throw new Error(`the permit of a call of ${request.upstream} is not one that it may use`);
    }
    const { admittedAtMs, ticket } = permit;
    return new CallState({ ...whose, admittedAtMs, ticket, holdsSlot: true });
  }

  #end(call: CallState, end: AttemptEnd): void {
    this.#amplification.hear(call.attempts.length, call.admittedAtMs + call.latencyMs);
    const circuitState = this.#circuit.state;
    const { addresses } = this.#parts;
    this.#ended.add(call, toResult(call, end, { circuitState, addresses }));
  }

  /** A defect of our own: the call ends by it, and gives back what it held. */
  #fail(call: CallState, error: unknown): void {
    call.caller.reject(error);
    if (this.#settle(call)) this.#availability.permitFreed();
  }

  /** True where it gave a permit back that is free now. */
  #settle(call: CallState): boolean {
    if (call.isEnded) return false;
    call.isEnded = true;
    call.roll?.leave(call);
    // A probe that made no attempt must not hold the circuit.
    if (call.attempts.length === 0 && call.ticket !== undefined) this.#circuit.release(call.ticket);
    if (!call.holdsSlot) return false;
    if (call.lingering === undefined) return this.#bulkhead.giveBack();
    void call.lingering.then(() => this.#freeSlot());
    return false;
  }

  #hearLimit(end: AttemptEnd): void {
    if (!this.definition.bulkhead.adaptive) return;
    const nowMs = this.#parts.clock.monotonicMs();
    const hasRisen = this.#limit.hear(end, this.#bulkhead.inFlight, nowMs);
    if (hasRisen && this.#bulkhead.refill()) this.#availability.permitFreed();
  }

  #releaseUnused(permit: Permit): void {
    this.#circuit.release(permit.ticket);
    this.#intake.giveBack(this.#parts.clock.monotonicMs());
    this.#freeSlot();
  }

  #freeSlot(): void {
    if (this.#bulkhead.giveBack()) this.#availability.permitFreed();
  }
}
