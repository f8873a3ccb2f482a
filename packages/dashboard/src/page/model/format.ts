const EM_DASH = '–';
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BYTES_STEP = 1024;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const twoDigits = new Intl.NumberFormat('en', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** A count in full up to 99,999, then in three digits or so: `1.2M`. */
export function formatCount(count: number): string {
  return count < 100_000 ? whole.format(count) : compact.format(count);
}

/** A rate per second, with one digit after the point while it is below 100. */
export function formatRate(perSecond: number): string {
  return perSecond < 100 ? oneDigit.format(perSecond) : formatCount(perSecond);
}

/** A share, 0 to 1, as percent. One digit, or two where it would read as 0.0 and is not. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent > 0 && percent < 0.1 ? twoDigits : oneDigit;
  return `${digits.format(percent)}\u00A0%`;
}

/** A measured duration, with its unit: from `0.04 ms` to `12.3 s`. Absent is a dash. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === undefined || ms === null) return EM_DASH;
  if (ms === 0) return '0\u00A0ms';
  if (ms >= 10 * SECOND_MS) return `${oneDigit.format(ms / SECOND_MS)}\u00A0s`;
  if (ms >= 100) return `${whole.format(ms)}\u00A0ms`;
  if (ms >= 1) return `${oneDigit.format(ms)}\u00A0ms`;
  return `${twoDigits.format(ms)}\u00A0ms`;
}

/** How long something has lasted, in its one or two largest units: `4 s`, `3 min 5 s`, `2 d 4 h`. */
export function formatAge(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))}\u00A0s`;
  if (ms < HOUR_MS) return twoUnits(ms, [MINUTE_MS, 'min'], [SECOND_MS, 's']);
  if (ms < DAY_MS) return twoUnits(ms, [HOUR_MS, 'h'], [MINUTE_MS, 'min']);
  return twoUnits(ms, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

/** Bytes in binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= BYTES_STEP && unit < BYTE_UNITS.length - 1) {
    value /= BYTES_STEP;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? whole : oneDigit;
  return `${digits.format(value)}\u00A0${BYTE_UNITS[unit] ?? ''}`;
}

/** Time of day in the reader's own zone, `HH:MM:SS`. `atMs`: ms since the epoch. */
export function formatTime(atMs: number): string {
  return clockTime.format(atMs);
}

/** `one call`, `2 calls`: the count and the noun that fits it. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)}\u00A0${noun}${count === 1 ? '' : 's'}`;
}

type Unit = readonly [sizeMs: number, name: string];

function twoUnits(ms: number, large: Unit, small: Unit): string {
  const first = Math.floor(ms / large[0]);
  const second = Math.floor((ms % large[0]) / small[0]);
  const head = `${first}\u00A0${large[1]}`;
  return second === 0 ? head : `${head} ${second}\u00A0${small[1]}`;
}
