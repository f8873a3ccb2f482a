import { plainText } from '../audit/event-text.ts';

const COUNT = new Intl.NumberFormat('en-US');
const BARS = '▁▂▃▄▅▆▇█';

/** 12345 as 12,345. */
export function countText(count: number): string {
  return COUNT.format(count);
}

/** A share in percent; none of nothing. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const percent = (100 * part) / whole;
  return `${percent > 0 && percent < 0.1 ? '< 0.1' : percent.toFixed(1)} %`;
}

/** A length of time with three digits that matter. */
export function msText(ms: number): string {
  if (ms >= 60_000) return `${(ms / 60_000).toPrecision(3)} min`;
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;
}

/** A width of time that is whole in some unit. */
export function widthText(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const;
  const unit = units.find(([size]) => ms % size === 0);
  return unit === undefined ? `${ms / 1000} s` : `${ms / unit[0]} ${unit[1]}`;
}

/** `2026-11-21T12:00:00.000Z` as people read it. */
export function timeText(timestamp: string): string {
  return plainText(timestamp).replace('T', ' ').replace(/Z$/, '');
}

/** A line of bars, the highest of them full; a gap where there is nothing. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  return values
    .map((value) => {
      if (value === undefined || value === 0) return ' ';
      return BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))] ?? ' ';
    })
    .join('');
}

/** How much of a list is not shown; empty where all is. */
export function moreText(part: {
  readonly items: readonly unknown[];
  readonly total: number;
}): string {
  const left = part.total - part.items.length;
  return left > 0 ? `and ${countText(left)} more` : '';
}
