/** See `delivery.park_guard`. */
export interface ParkGuardPolicy {
  /** Share of the ended records that may be parked, 0 to 1; at 1 nothing trips it. */
  readonly ratio: number;
  /** Records that must have ended in the window before it judges. */
  readonly minimum: number;
  readonly windowMs: number;
}

/** What one window held. */
export interface ParkShare {
  readonly parked: number;
  readonly ended: number;
}

const BUCKETS = 10;

/**
 * Says when one route parks too many of its records: more than `ratio` of those that ended within
 * the last `windowMs`, once `minimum` have. Instants are monotonic, ms; counted in tenths of a window.
 */
export class ParkGuard {
  readonly #policy: ParkGuardPolicy;
  readonly #bucketMs: number;
  readonly #ended = Array.from({ length: BUCKETS }, () => 0);
  readonly #parked = Array.from({ length: BUCKETS }, () => 0);
  #turn = 0;

  constructor(policy: ParkGuardPolicy) {
    this.#policy = policy;
    this.#bucketMs = policy.windowMs / BUCKETS;
  }

  /** A record of the route ended well. */
  noteEnded(nowMs: number): void {
    const bucket = this.#bucket(nowMs);
    this.#ended[bucket] = (this.#ended[bucket] ?? 0) + 1;
  }

  /** A record of the route was parked; what the window holds where that is too much. */
  noteParked(nowMs: number): ParkShare | undefined {
    const bucket = this.#bucket(nowMs);
    this.#ended[bucket] = (this.#ended[bucket] ?? 0) + 1;
    this.#parked[bucket] = (this.#parked[bucket] ?? 0) + 1;
    const share = { parked: sum(this.#parked), ended: sum(this.#ended) };
    if (share.ended < this.#policy.minimum) return undefined;
    return share.parked > share.ended * this.#policy.ratio ? share : undefined;
  }

  /** What was noted as parked at that instant was not: the record is somebody's again. */
  takeBack(notedAtMs: number, nowMs: number): void {
    this.#bucket(nowMs);
    const turn = Math.floor(notedAtMs / this.#bucketMs);
    const bucket = turn % BUCKETS;
    // Older ones are forgotten already, or an operator's word has been given since.
    if (this.#turn - turn >= BUCKETS || this.#parked[bucket] === 0) return;
    this.#ended[bucket] = (this.#ended[bucket] ?? 1) - 1;
    this.#parked[bucket] = (this.#parked[bucket] ?? 1) - 1;
  }

  /** Forgets what it saw: after an operator's word a route is judged anew. */
  reset(): void {
    this.#ended.fill(0);
    this.#parked.fill(0);
  }

  #bucket(nowMs: number): number {
    const turn = Math.floor(nowMs / this.#bucketMs);
    if (turn !== this.#turn) this.#advance(turn);
    return turn % BUCKETS;
  }

  #advance(turn: number): void {
    const passed = Math.min(turn - this.#turn, BUCKETS);
    for (let step = 0; step < passed; step += 1) {
      const bucket = (turn - step) % BUCKETS;
      this.#ended[bucket] = 0;
      this.#parked[bucket] = 0;
    }
    this.#turn = turn;
  }
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
