import { isoTimestamp } from '@netscope/domain';

const HOUR_MS = 3_600_000;
/** 9999-12-31T23:00:00Z. */
const LAST_HOUR_MS = 253_402_297_200_000;

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
    before: isOpenEnd(toMs) ? undefined : hourKey(prefix, Math.ceil(toMs / HOUR_MS)),
  };
}

/** From the last hour of 9999 on a year has a sign, which sorts before every key. */
function isOpenEnd(toMs: number | undefined): toMs is undefined {
  return toMs === undefined || toMs > LAST_HOUR_MS;
}

function hourKey(prefix: string, hour: number): string {
  const [day, time = ''] = isoTimestamp(hour * HOUR_MS).split('T');
  return `${prefix}dt=${day}/hour=${time.slice(0, 2)}/`;
}
