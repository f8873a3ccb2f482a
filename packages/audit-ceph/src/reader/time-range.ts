import { isoTimestamp } from '@netscope/domain';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Wall clock, ms since the epoch; `undefined` is open. `fromMs` is in, `toMs` is out. */
export interface TimeRange {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** Whether an hour that begins there has an instant in the range. */
export function touchesHour({ fromMs, toMs }: TimeRange, hourStartMs: number): boolean {
  const isLateEnough = fromMs === undefined || hourStartMs + HOUR_MS > fromMs;
  return isLateEnough && (toMs === undefined || hourStartMs < toMs);
}

/** Days (`YYYY-MM-DD`, UTC) of a range that is closed on both ends; `undefined` where it is open. */
export function daysOf({ fromMs, toMs }: TimeRange): readonly string[] | undefined {
  if (fromMs === undefined || toMs === undefined) return undefined;
  const first = Math.floor(fromMs / DAY_MS);
  const last = Math.ceil(toMs / DAY_MS);
  const days = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return days.map((day) => isoTimestamp(day * DAY_MS).slice(0, 'YYYY-MM-DD'.length));
}
