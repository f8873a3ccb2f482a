import { type SegmentFacts, segmentName } from './segment.ts';

const HOUR_MS = 3_600_000;

interface Opening {
  readonly epoch: string;
  readonly number: number;
  readonly firstSeq: number;
  /** Of its first event, wall clock. */
  readonly timeMs: number;
  /** Monotonic. */
  readonly openedAtMs: number;
  /** The same instant by the wall clock. */
  readonly openedWallMs: number;
}

/** The segment that is being written: what is known of it so far. */
export class OpenSegment {
  readonly name: string;
  readonly openedAtMs: number;
  readonly firstTimeMs: number;
  readonly #opening: Opening;
  readonly #groups = new Set<string>();
  #events = 0;
  #lastTimeMs: number;
  /** Opened with the first write. */
  fd: number | undefined;
  /** On disk. */
  bytes = 0;

  constructor(opening: Opening) {
    this.#opening = opening;
    this.name = segmentName(opening.epoch, opening.number);
    this.openedAtMs = opening.openedAtMs;
    this.firstTimeMs = opening.timeMs;
    this.#lastTimeMs = opening.timeMs;
  }

  /** A segment holds one hour's events only, also when the clock goes back. */
  takes(timeMs: number): boolean {
    return isSameHour(timeMs, this.firstTimeMs);
  }

  /**
   * Until the hour turns in which it was opened, ms; 0 once the clock shows another, also an earlier
   * one. Its events may be of the hour before, and are not sealed one by one for that.
   */
  msUntilTurn(wallMs: number): number {
    return isSameHour(wallMs, this.#opening.openedWallMs) ? HOUR_MS - (wallMs % HOUR_MS) : 0;
  }

  /** Notes one more event; `group` is its route group, where it has one. */
  note(timeMs: number, group: string | undefined): void {
    this.#events += 1;
    this.#lastTimeMs = timeMs;
    if (group !== undefined) this.#groups.add(group);
  }

  facts(lastSeq: number, head: string): SegmentFacts {
    return {
      name: this.name,
      epoch: this.#opening.epoch,
      firstSeq: this.#opening.firstSeq,
      lastSeq,
      events: this.#events,
      bytes: this.bytes,
      firstTimeMs: this.firstTimeMs,
      lastTimeMs: this.#lastTimeMs,
      routeGroups: [...this.#groups].toSorted(),
      head,
    };
  }
}

function isSameHour(aMs: number, bMs: number): boolean {
  return Math.floor(aMs / HOUR_MS) === Math.floor(bMs / HOUR_MS);
}
