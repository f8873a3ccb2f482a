import {
  type CallPermit,
  type DeliveryPolicy,
  decideFate,
  type Fate,
  type OutboundResult,
  RecordError,
} from '@netscope/domain';

import { defectResult } from './defect-result.ts';
import type { Delivery, PreparedCall } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import { logFieldsOf } from './log-fields-of.ts';
import { noteEnd } from './note-end.ts';
import { OnceCalls } from './once-calls.ts';
import type { ParkGuards } from './park-guards.ts';
import { Parking } from './parking.ts';
import { RecordTally } from './record-tally.ts';
import type { Reporter } from './reporter.ts';
import { prepareCall } from './request-factory.ts';
import { THROTTLED } from './restore-tries.ts';
import { parked } from './route-table.ts';
import { waitAfter } from './wait-after.ts';

/** What the engine does as a record moves on. */
export interface RunnerHooks {
  readonly reporter: Reporter;
  readonly guards: ParkGuards;
  /** The outcome is final: the next of its key may go. */
  readonly onTurnOver: (delivery: Delivery) => void;
  readonly onWait: (delivery: Delivery, delayMs: number) => void;
  /** Its dead letter cannot be written now: it waits, and its room in the spool was given back. */
  readonly onUnwritten: (delivery: Delivery) => void;
  readonly onLanded: (delivery: Delivery) => void;
  readonly onDelivered: (delivery: Delivery) => void;
}

export interface AdmittedCall {
  readonly permit: CallPermit;
  readonly othersSucceeded: boolean;
}

interface DefectiveCall {
  readonly defect: unknown;
  readonly permit: CallPermit;
  readonly startedAtMs: number;
}

/** Takes an admitted record through its call, its events, and to its settling. */
export class CallRunner {
  readonly tallies: RecordTally;
  readonly #options: DeliveryEngineOptions;
  readonly #hooks: RunnerHooks;
  readonly #policy: DeliveryPolicy;
  readonly #parking: Parking;
  readonly #once: OnceCalls;

  constructor(options: DeliveryEngineOptions, hooks: RunnerHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#policy = options.policy;
    this.#parking = new Parking(options, hooks.reporter, {
      onUnwritten: (delivery) => {
        options.audit.release();
        hooks.onUnwritten(delivery);
      },
      reserve: () => this.#reserve(),
    });
    this.#once = new OnceCalls(options);
    this.tallies = new RecordTally(options.metrics);
  }

  /** Letters that could not be written so far. */
  get unwritten(): Parking['unwritten'] {
    return this.#parking.unwritten;
  }

  /**
   * Builds the request. `unfit`: the record is to be parked; `defect`: a defect of our own, told, and
   * the record is to wait.
   */
  prepare(delivery: Delivery): 'ready' | 'unfit' | 'defect' {
    const { disposition } = delivery;
    if (disposition.kind !== 'send') return 'unfit';
    try {
      delivery.prepared ??= prepareCall(delivery, disposition.route, this.#options);
      return 'ready';
    } catch (error) {
      if (!(error instanceof RecordError)) {
        this.#tellDefect(delivery, error);
        return 'defect';
      }
      delivery.disposition = parked(error, disposition.route);
      return 'unfit';
    }
  }

  /** Makes the call of a prepared record. The promise is owned here. */
  call(delivery: Delivery, { permit, othersSucceeded }: AdmittedCall): void {
    const { prepared } = delivery;
    if (prepared === undefined) throw new Error('a call was admitted that was not prepared');
    const startedAtMs = this.#noteStart(delivery);
    if (!this.#once.begin(delivery)) return this.#waitUnwritten(delivery, permit);
    const { probe } = permit;
    const backpressureMs = startedAtMs - delivery.waitingSinceMs;
    const ended = (result: OutboundResult): void =>
      this.#ended(delivery, { prepared, result, backpressureMs, probe, othersSucceeded });
    const work = this.#options.gateway
      .call(
        { request: prepared.request, context: prepared.context, permit },
        delivery.lease.abort.signal,
      )
      .then(ended, (defect: unknown) =>
        ended(this.#defect(delivery, { defect, permit, startedAtMs })),
      );
    this.#own(delivery, work);
  }

  /** A call that must not be made twice cannot be written down: it is not made at all. */
  #waitUnwritten(delivery: Delivery, permit: CallPermit): void {
    permit.release();
    this.#options.audit.release();
    this.#hooks.onWait(delivery, this.#policy.backoffBaseMs);
  }

  /** Parks or skips a record that needs no call. The promise is owned here. */
  settleWithoutCall(delivery: Delivery): void {
    this.#own(delivery, this.#settleWithoutCall(delivery));
  }

  /** What a call came to that rejected. */
  #defect(delivery: Delivery, call: DefectiveCall): OutboundResult {
    this.#tellDefect(delivery, call.defect);
    // It does nothing where the call has taken it.
    call.permit.release();
    const latencyMs = this.#options.clock.monotonicMs() - call.startedAtMs;
    return defectResult(call.defect, call.permit, latencyMs);
  }

  #tellDefect(delivery: Delivery, defect: unknown): void {
    this.#options.log.error('delivery.defect', defect, logFieldsOf(delivery, this.#options));
  }

  /** A failure here leaves the record unsettled, so that it is delivered again; it is told once. */
  #leave(delivery: Delivery, error: unknown): void {
    this.#options.log.error('delivery.unsettled', error, logFieldsOf(delivery, this.#options));
    this.#hooks.onLanded(delivery);
  }

  #ended(delivery: Delivery, call: EndedCall): void {
    const { prepared, result, backpressureMs } = call;
    const nowMs = this.#options.clock.monotonicMs();
    const fate = this.#fateOf(delivery, call, nowMs);
    noteEnd(delivery, { result, fate, nowMs, wallMs: this.#options.clock.wallMs() });
    if (fate.kind === 'wait' || fate.kind === 'park') this.#noteSpent(delivery, result);
    const delivered = fate.kind === 'delivered';
    const told = { delivery, prepared, result, delivered, backpressureMs };
    const durable = this.#hooks.reporter.call(told);
    if (!delivered) return this.#own(delivery, this.#conclude(delivery, { fate, result, durable }));
    // What waits for the disk holds nothing of its call: hundreds do, and collections copy them.
    delivery.prepared = undefined;
    this.#hooks.onDelivered(delivery);
    this.#hooks.onTurnOver(delivery);
    this.#settleOnce(delivery, durable);
  }

  #settleOnce(delivery: Delivery, durable: Promise<void>): void {
    this.#own(
      delivery,
      durable.then(() => this.#settle(delivery, 'delivered')),
    );
  }

  #own(delivery: Delivery, work: Promise<void>): void {
    work.catch((error: unknown) => this.#leave(delivery, error));
  }

  async #settleWithoutCall(delivery: Delivery): Promise<void> {
    if (delivery.disposition.kind === 'skip') return this.#skip(delivery);
    if (delivery.disposition.kind !== 'park') throw new Error('a record to be sent has no call');
    const { reason, error } = delivery.disposition;
    await this.#park(delivery, { reason, errorCode: error.code, errorMessage: error.message });
  }

  async #conclude(delivery: Delivery, { fate, result, durable }: EndOfCall): Promise<void> {
    if (fate.kind === 'park') {
      const why = { reason: fate.reason, ...explain(result) };
      return this.#park(delivery, why, this.#roomAfter(durable));
    }
    await durable;
    if (fate.kind === 'wait') {
      this.#once.end(delivery);
      return this.#wait(delivery, result, fate.throttled);
    }
    // Cut off before a byte left: the next life may make it.
    if (!result.bytesLeft) this.#once.end(delivery);
    this.#hooks.onLanded(delivery);
  }

  /** Room for the audit event of a letter, once that of the call is durable. */
  async #roomAfter(durable: Promise<void>): Promise<void> {
    await durable;
    await this.#reserve();
  }

  #wait(delivery: Delivery, result: OutboundResult, throttled: boolean): void {
    // A waiting record must not hold a request in memory: it is built again from the record.
    delivery.prepared = undefined;
    const delayMs = waitAfter({ delivery, result, throttled, policy: this.#policy }, this.#options);
    this.#hooks.onWait(delivery, delayMs);
  }

  #skip(delivery: Delivery): void {
    const { disposition, record } = delivery;
    const reason = disposition.kind === 'skip' ? disposition.reason : 'route';
    this.#options.audit.release();
    this.#options.metrics.counter('records_skipped_total', { topic: record.topic, reason }).inc();
    this.#hooks.onTurnOver(delivery);
    this.#settle(delivery, 'skipped');
  }

  async #park(
    delivery: Delivery,
    why: Parameters<Parking['park']>[1],
    room?: Promise<void>,
  ): Promise<void> {
    // Not when its letter is written, nor its call durable: hundreds of calls may end meanwhile.
    const toldAtMs = this.#options.clock.monotonicMs();
    this.#hooks.guards.settled(delivery, true);
    let isParked = false;
    try {
      await room;
      delivery.stage = 'parking';
      isParked = await this.#parking.park(delivery, why);
    } finally {
      // It comes again, here or elsewhere, and would count twice.
      if (!isParked) this.#hooks.guards.takeBack(delivery, toldAtMs);
    }
    if (!isParked) return this.#hooks.onLanded(delivery);
    this.#hooks.onTurnOver(delivery);
    this.#settle(delivery, 'parked');
  }

  async #reserve(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- asked again until there is room
    while (!this.#options.audit.reserve()) await this.#parking.pause();
  }

  #settle(delivery: Delivery, outcome: 'delivered' | 'parked' | 'skipped'): void {
    delivery.lease.lease.acknowledge(delivery.record.offset);
    this.#once.end(delivery);
    delivery.lease.remove(delivery);
    this.tallies.settled(delivery, outcome, this.#options.clock.wallMs());
    if (outcome !== 'parked') this.#hooks.guards.settled(delivery, false);
    this.#hooks.onLanded(delivery);
  }

  #noteStart(delivery: Delivery): number {
    const nowMs = this.#options.clock.monotonicMs();
    delivery.firstTryAtMs ??= nowMs;
    delivery.firstTryWallMs ??= this.#options.clock.wallMs();
    return nowMs;
  }

  /** What another life needs to know of a record that is not settled. */
  #noteSpent(delivery: Delivery, { bytesLeft }: OutboundResult): void {
    const firstTryAtMs = delivery.firstTryWallMs ?? this.#options.clock.wallMs();
    delivery.lease.lease.noteSpent(delivery.record.offset, {
      tries: delivery.tries,
      firstTryAtMs,
      lastTryAtMs: delivery.lastTryWallMs ?? firstTryAtMs,
      status: delivery.throttledSinceMs === undefined ? delivery.lastStatus : THROTTLED,
      bytesLeft,
    });
  }

  #fateOf(delivery: Delivery, facts: EndedCall, nowMs: number): Fate {
    return decideFate({
      result: facts.result,
      rules: facts.prepared.request,
      history: {
        tries: delivery.tries,
        firstTryAtMs: delivery.firstTryAtMs ?? nowMs,
        throttledSinceMs: delivery.throttledSinceMs,
        probe: facts.probe,
        othersSucceeded: facts.othersSucceeded,
      },
      policy: this.#policy,
      nowMs,
    });
  }
}

interface EndedCall {
  readonly prepared: PreparedCall;
  readonly result: OutboundResult;
  readonly backpressureMs: number;
  readonly probe: boolean;
  readonly othersSucceeded: boolean;
}

interface EndOfCall {
  readonly fate: Fate;
  readonly result: OutboundResult;
  readonly durable: Promise<void>;
}

function explain(result: OutboundResult): { errorCode: string; errorMessage: string } {
  if (result.outcome !== 'responded') {
    return { errorCode: result.error.code, errorMessage: result.error.message };
  }
  const errorCode = result.throttle === undefined ? 'UPSTREAM_REJECTED' : 'UPSTREAM_THROTTLED';
  return { errorCode, errorMessage: `the upstream answered ${result.status}` };
}
