import type { TimeRange } from '@netscope/audit-ceph/reader';

import { type OptionValues, textOption } from '../../cli/command-line.ts';
import { UsageError } from '../../cli/usage-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const AGO = /^(\d{1,6})([smhd])$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/**
 * The range of `--from` (in) and `--to` (out): UTC instants, days, or times ago; what is not given
 * is open.
 * @throws {UsageError} for what is neither, and for a range that ends before it begins.
 */
export function rangeOption(
  options: OptionValues,
  times: { readonly nowMs: number; readonly parse: (text: string) => number },
): TimeRange {
  const [fromMs, toMs] = (['from', 'to'] as const).map((name) => {
    const text = textOption(options, name);
    return text === undefined ? undefined : instantOf(text, name, times);
  });
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw new UsageError('--from must be before --to: the range is empty or backwards');
  }
  return { fromMs, toMs };
}

function instantOf(
  text: string,
  name: string,
  { nowMs, parse }: { readonly nowMs: number; readonly parse: (text: string) => number },
): number {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  }
  const ms = INSTANT.test(text) ? parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new UsageError(
    `--${name} must be a UTC time (2026-11-21T12:00:00Z), a day of the calendar (2026-11-21) or a time ago (90m, 2h, 7d), not "${text}"`,
  );
}
