import type {
  DeliveryStatus,
  IntakeControl,
  IntakeHold,
  IntakeOrder,
  IntakeOutcome,
  PartitionHoldings,
  PartitionLease,
  RecordConsumer,
  SourceRecord,
} from '@netscope/domain';

import { CallRunner } from './call-runner.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import { FlowControl } from './flow-control.ts';
import { IntakeHolds } from './intake-holds.ts';
import { Lanes } from './lanes.ts';
import type { LeaseState } from './lease-state.ts';
import { LeaseTable } from './lease-table.ts';
import { ParkGuards } from './park-guards.ts';
import { RecordView } from './record-view.ts';
import { Reporter } from './reporter.ts';
import { restoreTries } from './restore-tries.ts';
import { SpoolRoom } from './spool-room.ts';
import { type Hindrance, standingOf } from './standing.ts';
import { UpstreamQueue } from './upstream-queue.ts';
import { WaitingRoom } from './waiting-room.ts';

/**
 * What an aborted call has to land. A record whose audit event a broken spool never takes does not:
 * it is left unsettled, and delivered again by whoever has the partition next.
 */
const LANDING_MS = 1000;

/**
 * Takes records over from a source and brings each to its end: delivered, parked or skipped, its
 * audit event durable, and only then acknowledged. Records of one key go one at a time and in
 * order; a record that waits holds its key and nothing else.
 */
export class DeliveryEngine implements RecordConsumer, IntakeControl {
  readonly #options: DeliveryEngineOptions;
  readonly #queues: readonly UpstreamQueue[];
  readonly #queueByUpstream = new Map<string | undefined, UpstreamQueue>();
  readonly #leases = new LeaseTable();
  readonly #lanes: Lanes;
  readonly #flow: FlowControl;
  readonly #runner: CallRunner;
  readonly #waitingRoom: WaitingRoom<Delivery>;
  readonly #holds: IntakeHolds;
  readonly #spoolRoom: SpoolRoom;
  #nextQueue = 0;
  #pumping = false;
  #pumpAgain = false;

  constructor(options: DeliveryEngineOptions) {
    this.#options = options;
    this.#queues = [undefined, ...options.upstreams.keys()].map((name) => new UpstreamQueue(name));
    for (const queue of this.#queues) this.#queueByUpstream.set(queue.upstream, queue);
    this.#waitingRoom = new WaitingRoom(options, (delivery) => this.#enqueueAndPump(delivery));
    this.#flow = new FlowControl(options, { queues: this.#queues, leases: this.#leases });
    this.#lanes = new Lanes((delivery) => this.#enqueue(delivery));
    const guards = new ParkGuards(options, (name, reason) =>
      this.#holds.hold({ target: 'route', name, by: 'park_guard', reason }),
    );
    this.#holds = this.#makeHolds(guards);
    this.#spoolRoom = new SpoolRoom(options, () => this.#pump());
    this.#runner = new CallRunner(options, {
      reporter: new Reporter(options),
      guards,
      onTurnOver: (delivery) => this.#turnOver(delivery),
      onWait: (delivery, delayMs) => this.#waitFor(delivery, delayMs),
      onUnwritten: (delivery) => {
        this.#flow.noteUnwritten(delivery);
        this.#pump();
      },
      onLanded: (delivery) => this.#landed(delivery),
      onDelivered: (delivery) => this.#queueOf(delivery).noteSuccess(options.clock.monotonicMs()),
    });
    options.gateway.onAvailable((upstream) => this.#unblock(upstream));
  }

  accept(records: readonly SourceRecord[], lease: PartitionLease): void {
    const state = this.#leases.of(lease);
    if (state.draining) return;
    if (this.#holds.isTopicHeld(lease.topic)) this.#flow.holdLease(state, true);
    const nowMs = this.#options.clock.monotonicMs();
    for (const record of records) this.#take(record, state, nowMs);
    this.#flow.afterIntake(state);
    this.#pump();
  }

  async drain(leases: readonly PartitionLease[], budgetMs: number): Promise<void> {
    const states = leases.flatMap((lease) => this.#leases.find(lease) ?? []);
    for (const state of states) this.#flow.forget(state);
    this.#forgetDraining();
    const { timers } = this.#options;
    const givenUp = Promise.withResolvers<void>();
    const abort = timers.set(() => abortAll(states), budgetMs);
    const giveUp = timers.set(givenUp.resolve, budgetMs + LANDING_MS);
    try {
      const idle = Promise.all(states.map((state) => this.#idle(state)));
      await Promise.race([idle, givenUp.promise]);
    } finally {
      timers.clear(abort);
      timers.clear(giveUp);
      for (const state of states) this.#leases.remove(state);
    }
    this.#pump();
  }

  /** Pauses and resumes topics, and resumes routes that their park guard paused. */
  control(order: IntakeOrder): IntakeOutcome {
    const outcome = this.#holds.control(order);
    this.#pump();
    return outcome;
  }

  /** Topics and routes whose records are not called. */
  get holds(): readonly IntakeHold[] {
    return this.#holds.holds;
  }

  /** Dead letters that could not be written so far, and why the last could not. */
  get unwritten(): CallRunner['unwritten'] {
    return this.#runner.unwritten;
  }

  status(): DeliveryStatus {
    return this.#flow.status({
      nowMs: this.#options.clock.monotonicMs(),
      tallies: this.#runner.tallies,
      inBackoff: this.#waitingRoom,
      held: this.#holds,
    });
  }

  /** What is held of one partition. */
  holdings(topic: string, partition: number): PartitionHoldings {
    const state = this.#leases.at(topic, partition);
    const lowest = state?.lowest;
    return {
      waiting: state?.waiting ?? 0,
      inFlight: state?.inFlight ?? 0,
      lowest:
        lowest === undefined
          ? undefined
          : standingOf(lowest, {
              nowMs: this.#options.clock.monotonicMs(),
              blockedBy: this.#hindranceOf(lowest),
            }),
    };
  }

  /** Whoever has the partition next reads its records anew; what waits must not pile up meanwhile. */
  #forgetDraining(): void {
    this.#holds.forgetDraining();
    for (const queue of this.#queues) queue.forgetDraining();
    this.#waitingRoom.filter(({ lease }) => !lease.draining);
  }

  #makeHolds(guards: ParkGuards): IntakeHolds {
    const { clock, routes } = this.#options;
    return new IntakeHolds({
      clock,
      topics: routes.topics,
      routes: routes.routes.map(({ definition }) => definition.name),
      onTopic: (topic, isHeld) => this.#flow.holdTopic(topic, isHeld),
      onRouteResumed: (route) => guards.reset(route),
      onFree: (delivery) => this.#enqueue(delivery),
    });
  }

  #take(record: SourceRecord, lease: LeaseState, nowMs: number): void {
    const view = new RecordView(record);
    const disposition = this.#options.routes.dispose(view);
    const delivery = new Delivery({ record, lease, disposition, nowMs });
    if (lease.lease.spentOn(record.offset) !== undefined) this.#restore(delivery, nowMs);
    lease.add(delivery);
    this.#flow.noteTaken(delivery);
    this.#lanes.enter(delivery);
  }

  #restore(delivery: Delivery, monotonicMs: number): void {
    const { clock, policy } = this.#options;
    restoreTries(delivery, policy, { monotonicMs, wallMs: clock.wallMs() });
  }

  #queueOf(delivery: Delivery): UpstreamQueue {
    const queue = this.#queueByUpstream.get(delivery.upstream);
    if (queue === undefined) throw new Error(`no queue for upstream ${String(delivery.upstream)}`);
    return queue;
  }

  #hindranceOf(delivery: Delivery): Hindrance | undefined {
    const { blockedBy } = this.#queueOf(delivery);
    return blockedBy ?? (this.#spoolRoom.isFull ? 'audit_spool_full' : undefined);
  }

  #enqueue(delivery: Delivery): void {
    if (delivery.lease.draining) return;
    delivery.stage = 'ready';
    this.#queueOf(delivery).push(delivery);
  }

  #enqueueAndPump(delivery: Delivery): void {
    this.#enqueue(delivery);
    this.#pump();
  }

  #unblock(upstream: string): void {
    const queue = this.#queueByUpstream.get(upstream);
    if (queue !== undefined) queue.blockedBy = undefined;
    this.#pump();
  }

  /** Starts all that may start now; calls that come while it runs make it go round once more. */
  #pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        this.#pumpOnce();
      }
    } finally {
      this.#pumping = false;
    }
    this.#flow.afterProgress();
  }

  /** Takes the queues in turn, one further each time, so that none starves when slots are short. */
  #pumpOnce(): void {
    this.#nextQueue = (this.#nextQueue + 1) % this.#queues.length;
    for (let index = 0; index < this.#queues.length; index += 1) {
      const queue = this.#queues[(this.#nextQueue + index) % this.#queues.length];
      if (queue !== undefined) this.#startAll(queue);
    }
  }

  #startAll(queue: UpstreamQueue): void {
    let isMore = queue.length > 0;
    while (isMore) isMore = this.#startNext(queue);
  }

  /** True where a record was taken from the queue and another may follow. */
  #startNext(queue: UpstreamQueue): boolean {
    if (queue.blockedBy !== undefined || !this.#flow.hasSlot()) return false;
    const delivery = queue.peek();
    if (delivery === undefined) return false;
    if (this.#holds.keep(delivery)) {
      queue.shift();
      return true;
    }
    if (!this.#spoolRoom.reserve()) return false;
    const fitness = queue.upstream === undefined ? 'unfit' : this.#runner.prepare(delivery);
    if (fitness === 'ready') return this.#admit(queue, delivery);
    queue.shift();
    if (fitness === 'defect') {
      this.#options.audit.release();
      this.#waitingRoom.add(delivery, this.#options.policy.backoffCapMs);
    } else {
      this.#flow.noteAdmitted(delivery);
      this.#runner.settleWithoutCall(delivery);
    }
    return true;
  }

  #admit(queue: UpstreamQueue, delivery: Delivery): boolean {
    const admission = this.#options.gateway.admit(queue.upstream ?? '');
    if (admission.kind === 'waiting') {
      this.#options.audit.release();
      queue.blockedBy = admission.reason;
      return false;
    }
    queue.shift();
    queue.noteAdmitted(admission.permit.probe);
    this.#flow.noteAdmitted(delivery);
    this.#runner.call(delivery, {
      permit: admission.permit,
      othersSucceeded: queue.hasSucceededSince(delivery.refusedSinceMs),
    });
    return true;
  }

  /** The record's outcome is final: the next of its key may go, even before the audit is durable. */
  #turnOver(delivery: Delivery): void {
    if (this.#lanes.leave(delivery)) this.#pump();
  }

  #waitFor(delivery: Delivery, delayMs: number): void {
    const wasFull = !this.#flow.hasSlot();
    this.#flow.noteWaitingAgain(delivery);
    delivery.stage = 'backoff';
    delivery.retryAtMs = this.#options.clock.monotonicMs() + delayMs;
    if (!delivery.lease.draining) this.#waitingRoom.add(delivery, delayMs);
    if (wasFull) this.#pump();
  }

  /** Nothing of the record is under way any more. */
  #landed(delivery: Delivery): void {
    const wasFull = !this.#flow.hasSlot();
    this.#flow.noteLanded(delivery);
    // Its permit came back before, and told so: what it frees here is its slot. Where it waited for
    // the disk, the disk has taken more by now.
    if (wasFull || this.#spoolRoom.isBehind) this.#pump();
  }

  #idle(state: LeaseState): Promise<void> {
    if (state.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { onIdle } = state;
      // A rebalance drains what a seek is draining already: both hear of it.
      state.onIdle = () => {
        onIdle?.();
        resolve();
      };
    });
  }
}

function abortAll(states: readonly LeaseState[]): void {
  for (const state of states) state.abort.abort();
}
