/** Growth is measured over at least so long: below it a fetch looks like a flood. */
const LOOK_BACK_MS = 10_000;
/** And over at most so long; an older sample tells of another situation. */
const MEMORY_MS = 60_000;
const MS_PER_SECOND = 1000;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** Says when the waiting records will pass their bound, from how they grew between readings. */
export class WaitingForecast {
  #samples: readonly Sample[] = [];

  /**
   * Seconds until `bytes` reach `bytesMax` at the growth of the last 10 to 60 s; 0 where they have;
   * absent while they do not grow, or before there is a reading 10 s old. `nowMs` is monotonic.
   */
  secondsLeft(bytes: number, bytesMax: number, nowMs: number): number | undefined {
    const samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= MEMORY_MS);
    this.#samples = [...samples, { atMs: nowMs, bytes }];
    if (bytes >= bytesMax) return 0;
    const before = samples.findLast(({ atMs }) => nowMs - atMs >= LOOK_BACK_MS);
    if (before === undefined || bytes <= before.bytes) return undefined;
    const bytesPerMs = (bytes - before.bytes) / (nowMs - before.atMs);
    return (bytesMax - bytes) / bytesPerMs / MS_PER_SECOND;
  }
}
