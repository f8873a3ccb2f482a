import { AdaptiveLimit } from '@netscope/domain';
import { SeededRandom } from '@netscope/test-support';

/** An upstream with so many servers behind one queue, at the end of a wire; all may change in time. */
export interface Scenario {
  readonly title: string;
  readonly seed: number;
  readonly seconds: number;
  readonly max: number;
  readonly servers: number;
  readonly serviceMs: (atSecond: number) => number;
  readonly rttMs: (atSecond: number) => number;
  /** Spread of service times: sigma of a lognormal with the mean kept; 0 is constant. */
  readonly spread: number;
  /** Calls that come a second; absent: as many as the limit lets through. */
  readonly offeredPerSecond?: number;
  /** Every call in this span of seconds times out after a second. */
  readonly deadBetween?: readonly [number, number];
}

export interface Point {
  readonly second: number;
  readonly limit: number;
  /** Servers busy all the time by Little's law: `servers * (1 + rtt / service)`. */
  readonly ideal: number;
  /** Calls answered in that second, as a share of what the servers can do. */
  readonly usedShare: number;
  /** Longest queue in that second, calls. */
  readonly queued: number;
}

interface Happening {
  readonly atMs: number;
  readonly run: () => void;
}

const DEAD_TIMEOUT_MS = 1000;
const MS = 1000;

/** Runs the limit against a scenario by a clock of its own; one point for each second. */
export function simulate(scenario: Scenario): readonly Point[] {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #random: SeededRandom;
  readonly #limit: AdaptiveLimit;
  readonly #agenda = new Agenda();
  readonly #points: Point[] = [];
  #nowMs = 0;
  #inFlight = 0;
  #busy = 0;
  readonly #queue: (() => void)[] = [];
  #answered = 0;
  #queuedMax = 0;
  #offered = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = new SeededRandom(scenario.seed);
    this.#limit = new AdaptiveLimit({ max: scenario.max }, 0);
  }

  run(): readonly Point[] {
    this.#agenda.add({ atMs: MS, run: () => this.#endSecond() });
    if (this.#scenario.offeredPerSecond === undefined) this.#offered = Infinity;
    else this.#arrive();
    this.#fill();
    while (this.#points.length < this.#scenario.seconds) {
      const next = this.#agenda.take();
      this.#nowMs = next.atMs;
      next.run();
    }
    return this.#points;
  }

  get #second(): number {
    return this.#nowMs / MS;
  }

  #in(delayMs: number, run: () => void): void {
    this.#agenda.add({ atMs: this.#nowMs + delayMs, run });
  }

  #arrive(): void {
    this.#offered += 1;
    this.#fill();
    const gapMs =
      (-Math.log(1 - this.#random.float()) * MS) / (this.#scenario.offeredPerSecond ?? 1);
    this.#in(gapMs, () => this.#arrive());
  }

  #fill(): void {
    while (this.#inFlight < this.#limit.limit && this.#offered > 0) {
      this.#offered -= 1;
      this.#call();
    }
  }

  #call(): void {
    this.#inFlight += 1;
    const startedAtMs = this.#nowMs;
    const [from, to] = this.#scenario.deadBetween ?? [Infinity, Infinity];
    if (this.#second >= from && this.#second < to) {
      this.#in(DEAD_TIMEOUT_MS, () => this.#settle(startedAtMs, true));
      return;
    }
    const rttMs = this.#scenario.rttMs(this.#second);
    this.#in(rttMs / 2, () => {
      this.#queue.push(() =>
        this.#in(this.#serviceMs(), () => {
          this.#busy -= 1;
          this.#answered += 1;
          this.#serve();
          this.#in(rttMs / 2, () => this.#settle(startedAtMs, false));
        }),
      );
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#busy < this.#scenario.servers && this.#queue.length > 0) {
      this.#busy += 1;
      this.#queue.shift()?.();
    }
    this.#queuedMax = Math.max(this.#queuedMax, this.#queue.length);
  }

  #settle(startedAtMs: number, isDropped: boolean): void {
    const networkMs = this.#scenario.rttMs(startedAtMs / MS);
    const totalMs = this.#nowMs - startedAtMs;
    this.#limit.hear({ totalMs, networkMs, inFlight: this.#inFlight, isDropped }, this.#nowMs);
    this.#inFlight -= 1;
    this.#fill();
  }

  /** Lognormal by Box and Muller, its mean kept at the scenario's. */
  #serviceMs(): number {
    const { spread } = this.#scenario;
    const meanMs = this.#scenario.serviceMs(this.#second);
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.float()));
    const normal = radius * Math.cos(2 * Math.PI * this.#random.float());
    return meanMs * Math.exp(spread * normal - (spread * spread) / 2);
  }

  #endSecond(): void {
    const serviceMs = this.#scenario.serviceMs(this.#second);
    const ideal = this.#scenario.servers * (1 + this.#scenario.rttMs(this.#second) / serviceMs);
    const capacity = (this.#scenario.servers * MS) / serviceMs;
    this.#points.push({
      second: this.#second,
      limit: this.#limit.limit,
      ideal,
      usedShare: this.#answered / capacity,
      queued: this.#queuedMax,
    });
    this.#answered = 0;
    this.#queuedMax = 0;
    this.#in(MS, () => this.#endSecond());
  }
}

/** A binary heap by time; what is due at one time comes in the order in which it was added. */
class Agenda {
  readonly #heap: (Happening & { readonly order: number })[] = [];
  #order = 0;

  add(happening: Happening): void {
    this.#heap.push({ ...happening, order: this.#order });
    this.#order += 1;
    let child = this.#heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  take(): Happening {
    const first = this.#heap[0];
    if (first === undefined) throw new Error('nothing is due');
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#heap[0] = last;
    this.#sink();
    return first;
  }

  #sink(): void {
    let parent = 0;
    for (;;) {
      const left = parent * 2 + 1;
      const least = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(least, parent)) return;
      this.#swap(least, parent);
      parent = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
