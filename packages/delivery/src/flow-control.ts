import type { DeliveryStatus } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import type { IntakeHolds } from './intake-holds.ts';
import type { LeaseState } from './lease-state.ts';
import type { LeaseTable } from './lease-table.ts';
import type { UpstreamQueue } from './upstream-queue.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** Intake goes on below this share of a mark: far enough down not to flutter. */
const LOW_SHARE = 0.5;

/**
 * Of `records_in_flight`, as many may stand ready. A fetch takes a few milliseconds, in which far
 * fewer are called; what waits longer survives the young generation's collections, and that is dear.
 */
const READY_SHARE = 0.5;

/** A busy gateway pauses and resumes many times a second: one pair in this time is told. */
const TELL_INTERVAL_MS = 10_000;

interface StatusParts {
  readonly nowMs: number;
  readonly tallies: Tallies;
  readonly inBackoff: WaitingRoom<Delivery>;
  readonly held: Pick<IntakeHolds, 'holds' | 'kept'>;
}

export interface Tallies {
  readonly delivered: number;
  readonly parked: number;
  readonly skipped: number;
}

/**
 * Counts what is in flight and what waits, and pauses partitions at the high water mark: when
 * enough records stand ready, or when the waiting ones pass their bytes.
 */
export class FlowControl {
  readonly #options: DeliveryEngineOptions;
  readonly #queues: readonly UpstreamQueue[];
  readonly #leases: LeaseTable;
  readonly #readyMax: number;
  readonly #pausedLeases = new Set<LeaseState>();
  #inFlight = 0;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(
    options: DeliveryEngineOptions,
    parts: { readonly queues: readonly UpstreamQueue[]; readonly leases: LeaseTable },
  ) {
    this.#options = options;
    this.#queues = parts.queues;
    this.#leases = parts.leases;
    this.#readyMax = Math.max(1, options.recordsInFlight * READY_SHARE);
  }

  hasSlot(): boolean {
    return this.#inFlight < this.#options.recordsInFlight;
  }

  noteTaken(delivery: Delivery): void {
    this.#addWaiting(delivery, 1);
  }

  noteAdmitted(delivery: Delivery): void {
    this.#addWaiting(delivery, -1);
    delivery.stage = 'called';
    this.#inFlight += 1;
    delivery.lease.inFlight += 1;
  }

  /** From in-flight back to waiting: it keeps its key and gives its slot back. */
  noteWaitingAgain(delivery: Delivery): void {
    delivery.waitingSinceMs = this.#options.clock.monotonicMs();
    if (!delivery.lease.draining) this.#addWaiting(delivery, 1);
    this.noteLanded(delivery);
  }

  /** Its letter cannot be written: it waits for that, and is still under way for a drain. */
  noteUnwritten(delivery: Delivery): void {
    delivery.isUnwritten = true;
    this.#inFlight -= 1;
    if (!delivery.lease.draining) this.#addWaiting(delivery, 1);
    this.afterIntake(delivery.lease);
  }

  noteLanded(delivery: Delivery): void {
    const { lease } = delivery;
    if (!delivery.isUnwritten) this.#inFlight -= 1;
    else if (!lease.draining) this.#addWaiting(delivery, -1);
    delivery.isUnwritten = false;
    lease.inFlight -= 1;
    if (lease.inFlight === 0) lease.onIdle?.();
  }

  /** Drops what waits of a lease that is being drained. */
  forget(lease: LeaseState): void {
    lease.draining = true;
    this.#waiting -= lease.waiting;
    this.#waitingBytes -= lease.waitingBytes;
    lease.waiting = 0;
    lease.waitingBytes = 0;
    lease.lanes.clear();
    this.#pausedLeases.delete(lease);
  }

  /**
   * Past the bytes that may wait, the partitions whose records wait are held back; with enough that
   * stand ready, all are: what is fetched beyond that only fills memory.
   */
  afterIntake(lease: LeaseState): void {
    if (this.#waitingBytes >= this.#options.waitingBytesMax) {
      this.#pause(lease, 'waiting_bytes_max');
    } else if (this.#hasReady(this.#readyMax)) {
      for (const held of this.#leases.values()) this.#pause(held, 'records_in_flight');
    }
  }

  /** Each partition goes on when what held it back is low again. */
  afterProgress(): void {
    if (this.#pausedLeases.size === 0) return;
    if (this.#hasReady(this.#readyMax * LOW_SHARE)) return;
    for (const lease of this.#pausedLeases) if (this.#mayGoOn(lease)) this.#resume(lease);
  }

  /** Holds the intake of a topic's leases back, or no longer, whatever the marks say. */
  holdTopic(topic: string, isHeld: boolean): void {
    for (const state of this.#leases.values()) {
      if (state.lease.topic === topic) this.holdLease(state, isHeld);
    }
  }

  holdLease(state: LeaseState, isHeld: boolean): void {
    if (state.isHeld === isHeld || state.draining) return;
    state.isHeld = isHeld;
    if (isHeld) state.lease.pause();
    else if (state.pausedFor === undefined) state.lease.resume();
  }

  status(now: StatusParts): DeliveryStatus {
    return {
      recordsInFlight: this.#inFlight,
      recordsInFlightMax: this.#options.recordsInFlight,
      recordsWaiting: this.#waiting,
      waitingBytes: this.#waitingBytes,
      waitingBytesMax: this.#options.waitingBytesMax,
      waitingByUpstream: this.#waitingByUpstream(now.inBackoff),
      recordsHeld: now.held.kept.length,
      holds: now.held.holds,
      oldestWaitingMs: this.#oldestWaitingMs(now.nowMs),
      pausedPartitions: [...this.#pausedLeases].map((lease) => lease.name),
      ...now.tallies,
    };
  }

  /**
   * A dead upstream must not hold up those that are well: one held for the ready ones does not wait
   * for the bytes of others to drain, nor does one from which nothing waits any more. Of that one no
   * more than a fetch comes on top of what fills the room.
   */
  #mayGoOn({ waiting, pausedFor }: LeaseState): boolean {
    if (waiting === 0) return true;
    const share = pausedFor === 'waiting_bytes_max' ? LOW_SHARE : 1;
    return this.#waitingBytes < this.#options.waitingBytesMax * share;
  }

  #addWaiting({ lease, bytes }: Delivery, sign: 1 | -1): void {
    this.#waiting += sign;
    this.#waitingBytes += sign * bytes;
    lease.waiting += sign;
    lease.waitingBytes += sign * bytes;
  }

  /**
   * Whether so many stand ready that reading on would bring nobody more. What stands in front of an
   * upstream that is slower than its backlog waits, and is counted in bytes: the others must not
   * starve beside it. Where there is no other, reading on would only fill memory.
   */
  #hasReady(limit: number): boolean {
    let ready = 0;
    for (const queue of this.#queues) if (queue.isRunnable) ready += queue.length;
    if (ready < limit) return false;
    const nowMs = this.#options.clock.monotonicMs();
    let behindSlow = 0;
    let isOtherReady = false;
    for (const queue of this.#queues) {
      if (queue.isSlow(nowMs)) behindSlow += queue.length;
      else isOtherReady ||= queue.upstream !== undefined && queue.isRunnable;
    }
    return !isOtherReady || ready - behindSlow >= limit;
  }

  #pause(lease: LeaseState, reason: 'waiting_bytes_max' | 'records_in_flight'): void {
    if (lease.pausedFor !== undefined || lease.draining) return;
    lease.pausedFor = reason;
    this.#pausedLeases.add(lease);
    lease.lease.pause();
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - lease.pauseToldAtMs < TELL_INTERVAL_MS) return;
    lease.pauseToldAtMs = nowMs;
    lease.pauseTold = true;
    this.#tell(lease, 'paused', reason);
  }

  #resume(lease: LeaseState): void {
    this.#pausedLeases.delete(lease);
    lease.pausedFor = undefined;
    if (!lease.isHeld) lease.lease.resume();
    if (lease.pauseTold) this.#tell(lease, 'resumed', 'low_water_mark');
    lease.pauseTold = false;
  }

  #tell({ lease }: LeaseState, state: 'paused' | 'resumed', reason: string): void {
    this.#options.bus.publish({
      eventType: 'system.backpressure.applied',
      timestampMs: this.#options.clock.wallMs(),
      traceId: this.#options.processTraceId,
      severity: 'INFO',
      topic: lease.topic,
      partition: lease.partition,
      state,
      reason,
    });
  }

  /** Records behind their key's first count to no upstream here: their turn has not come. */
  #waitingByUpstream(inBackoff: WaitingRoom<Delivery>): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { upstream, length } of this.#queues) {
      if (upstream !== undefined) counts[upstream] = length;
    }
    for (const { upstream } of inBackoff.items()) {
      if (upstream !== undefined) counts[upstream] = (counts[upstream] ?? 0) + 1;
    }
    return counts;
  }

  #oldestWaitingMs(nowMs: number): number {
    let oldestMs = nowMs;
    for (const lease of this.#leases.values()) {
      oldestMs = Math.min(oldestMs, lease.firstWaiting?.takenAtMs ?? nowMs);
    }
    return nowMs - oldestMs;
  }
}
