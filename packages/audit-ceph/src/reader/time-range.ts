import { isoTimestamp } from '@netscope/domain';

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

/**
 * The keys of a range's hours below `prefix`, which sort by time: all are greater than `after` and
 * less than `before`; `undefined` is open.
 */
export function hourKeys(
  { fromMs, toMs }: TimeRange,
  prefix: string,
): { readonly after: string | undefined; readonly before: string | undefined } {
  return {
    after: fromMs === undefined ? undefined : hourKey(prefix, Math.floor(fromMs / HOUR_MS)),
    before: toMs === undefined ? undefined : hourKey(prefix, Math.ceil(toMs / HOUR_MS)),
  };
}

function hourKey(prefix: string, hour: number): string {
  const [day, time = ''] = isoTimestamp(hour * HOUR_MS).split('T');
  return `${prefix}dt=${day}/hour=${time.slice(0, 2)}/`;
}
