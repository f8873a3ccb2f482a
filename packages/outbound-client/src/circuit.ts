import {
  type AttemptEvidence,
  CircuitPermits,
  type CircuitSnapshot,
  type CircuitStateName,
  type CircuitTicket,
  type CircuitVerdict,
  type Clock,
  describeEvidence,
  type Random,
  type TimerHandle,
  type Timers,
  type UpstreamDefinition,
} from '@netscope/domain';

import { OpossumCircuit } from './opossum-circuit.ts';

export interface CircuitChange {
  readonly from: CircuitStateName;
  readonly to: CircuitStateName;
  /** Which samples, which phase. */
  readonly reason: string;
}

export interface CircuitParts {
  readonly definition: UpstreamDefinition;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly onChange: (change: CircuitChange) => void;
  /** Somebody who was refused may pass now, although the state is the same. */
  readonly onProbeFree: () => void;
}

/** In `observe` what the circuit would refuse goes out with a ticket that settles nothing. */
const UNHEARD_TICKET: CircuitTicket = { epoch: -1, probe: false };
const PERCENT = 100;
const MS_PER_SECOND = 1000;

/** One upstream's circuit: permits decide who passes, opossum holds state and window. */
export class Circuit {
  readonly #parts: CircuitParts;
  readonly #permits: CircuitPermits;
  readonly #machine: OpossumCircuit;
  readonly #isEnforcing: boolean;
  #sinceMs: number;
  #reason = 'no failures yet';
  #timer: TimerHandle | undefined;

  constructor(parts: CircuitParts) {
    const { circuit, timeouts } = parts.definition;
    this.#parts = parts;
    this.#permits = new CircuitPermits({
      openMs: circuit.openMs,
      openMaxMs: circuit.openMaxMs,
      probeMaxMs: Math.min(timeouts.globalMs, timeouts.connectMs + timeouts.readMs),
    });
    this.#machine = new OpossumCircuit(circuit, parts.clock);
    this.#isEnforcing = circuit.mode === 'enforce';
    this.#sinceMs = parts.clock.wallMs();
  }

  get state(): CircuitStateName {
    return this.#permits.state;
  }

  get isIsolated(): boolean {
    return this.#permits.state === 'isolated';
  }

  /** Why `admit` would refuse now; undefined where it would not. */
  refusal(nowMs: number): { readonly retryAfterMs: number | undefined } | undefined {
    if (!this.#refuses()) return undefined;
    this.#lapse(nowMs);
    return this.#permits.refusal(nowMs);
  }

  /** Leave for one attempt; undefined where the circuit refuses. */
  admit(nowMs: number): CircuitTicket | undefined {
    this.#lapse(nowMs);
    const answer = this.#permits.admit(nowMs);
    if (answer.kind === 'refused') return this.#refuses() ? undefined : UNHEARD_TICKET;
    if (answer.ticket.probe) this.#watch(nowMs);
    return answer.ticket;
  }

  /** Leave to begin an attempt now: the call's ticket while it holds, else a new one. */
  begin(ticket: CircuitTicket | undefined, nowMs: number): CircuitTicket | undefined {
    if (ticket === undefined || !this.#permits.begin(ticket, nowMs)) return this.admit(nowMs);
    if (ticket.probe) this.#watch(nowMs);
    return ticket;
  }

  /** The call is the half-open circuit's one probe, and the circuit acts. */
  isProbe(ticket: CircuitTicket): boolean {
    return this.#isEnforcing && ticket.probe;
  }

  /** Gives a ticket back unused. */
  release(ticket: CircuitTicket): void {
    if (this.#permits.release(ticket)) this.#parts.onProbeFree();
  }

  /** Hears what an attempt came to; the evidence names the sample in a reason. */
  settle(ticket: CircuitTicket, verdict: CircuitVerdict, evidence: AttemptEvidence): void {
    if (verdict === 'unheard') {
      this.release(ticket);
      return;
    }
    const hearing = this.#permits.hear(ticket, verdict);
    if (hearing === 'ignored') return;
    const state = this.#machine.record(verdict === 'success');
    if (hearing === 'probe') this.#settleProbe(state, evidence);
    else if (verdict === 'failure') this.#judgeFailure(state, evidence);
  }

  snapshot(nowMs: number): CircuitSnapshot {
    const { definition } = this.#parts;
    const { attempts, failures } = this.#machine.counts();
    const lapsesAtMs = this.#permits.state === 'open' ? this.#permits.lapsesAtMs : undefined;
    return {
      state: this.state,
      sinceMs: this.#sinceMs,
      reason: this.#reason,
      mode: definition.circuit.mode,
      threshold: definition.circuit.failureRate,
      windowAttempts: attempts,
      windowFailures: failures,
      openRemainingMs: lapsesAtMs === undefined ? undefined : Math.max(0, lapsesAtMs - nowMs),
    };
  }

  /** An operator holds it open, in `observe` too; false where it is so already: its reason is new. */
  isolate(reason: string): boolean {
    if (this.isIsolated) {
      this.#reason = reason;
      return false;
    }
    this.#clearTimer();
    this.#change(() => this.#permits.isolate(), reason);
    return true;
  }

  /** Ends an isolation: one probe may go and decides; false where there is none. */
  liberate(reason: string): boolean {
    if (!this.isIsolated) return false;
    this.#machine.halfOpen();
    this.#change(() => this.#permits.liberate(), reason);
    return true;
  }

  close(): void {
    this.#clearTimer();
    this.#machine.close();
  }

  #refuses(): boolean {
    return this.#isEnforcing || this.isIsolated;
  }

  #judgeFailure(state: CircuitStateName, evidence: AttemptEvidence): void {
    const inARow = this.#permits.consecutiveFailures;
    if (state === 'open') {
      this.#open(`${this.#describeWindow()}, the last: ${describeEvidence(evidence)}`);
    } else if (inARow >= this.#parts.definition.circuit.consecutiveFailures) {
      this.#machine.open();
      this.#open(`${inARow} failures in a row, the last: ${describeEvidence(evidence)}`);
    }
  }

  #settleProbe(state: CircuitStateName, evidence: AttemptEvidence): void {
    const label = describeEvidence(evidence);
    if (state !== 'closed') {
      this.#open(`the half-open probe failed: ${label}`);
      return;
    }
    this.#change(() => this.#permits.close(), `the half-open probe succeeded: ${label}`);
    this.#clearTimer();
  }

  #open(reason: string): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#change(() => this.#permits.open(nowMs, this.#parts.random.float()), reason);
    this.#watch(nowMs);
  }

  #describeWindow(): string {
    const { attempts, failures } = this.#machine.counts();
    const percent = Math.round((failures / attempts) * PERCENT);
    const seconds = this.#parts.definition.circuit.windowMs / MS_PER_SECOND;
    return `${failures} of ${attempts} attempts failed (${percent} %) within ${seconds} s`;
  }

  #lapse(nowMs: number): void {
    if (this.#permits.state === 'closed') return;
    const change = this.#permits.lapse(nowMs);
    if (change === 'half_open') this.#tellHalfOpen();
    if (change !== 'probe_lost') return;
    this.#machine.open();
    this.#open('the half-open probe did not settle in time');
  }

  #tellHalfOpen(): void {
    this.#machine.halfOpen();
    this.#tell('open', 'the opening is over, one probe may go');
  }

  #change(enter: () => void, reason: string): void {
    const from = this.state;
    enter();
    this.#tell(from, reason);
  }

  #tell(from: CircuitStateName, reason: string): void {
    this.#sinceMs = this.#parts.clock.wallMs();
    this.#reason = reason;
    this.#parts.onChange({ from, to: this.state, reason });
  }

  /** One timer for what time alone will change. */
  #watch(nowMs: number): void {
    this.#clearTimer();
    const atMs = this.#permits.lapsesAtMs;
    if (atMs === undefined) return;
    this.#timer = this.#parts.timers.background(
      () => this.#onTimer(),
      Math.max(1, Math.ceil(atMs - nowMs)),
    );
  }

  #onTimer(): void {
    this.#timer = undefined;
    const nowMs = this.#parts.clock.monotonicMs();
    this.#lapse(nowMs);
    // The loop's clock may run a little ahead of the monotonic one.
    if (this.#timer === undefined) this.#watch(nowMs);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#parts.timers.clear(this.#timer);
    this.#timer = undefined;
  }
}
