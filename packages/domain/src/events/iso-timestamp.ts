const DAY_SECONDS = 86_400;
const FARTHEST_MS = 8.64e15;

/** An event tells several instants, some seconds apart; each finds its second in a slot. */
const SLOTS = 64;
const cachedSeconds = Array.from({ length: SLOTS }, () => Number.NaN);
const cachedTexts = Array.from({ length: SLOTS }, () => '');
const cachedByteSeconds = Array.from({ length: SLOTS }, () => Number.NaN);
const cachedBytes = Array.from({ length: SLOTS }, () => new Uint8Array());
const MILLISECONDS: readonly string[] = Array.from(
  { length: 1000 },
  (_, index) => `${digits(index, 3)}Z`,
);

/**
 * RFC 3339 in UTC with three digits of a second, for wall-clock ms since the epoch; the fraction of
 * a millisecond is cut off. By arithmetic alone: the domain has no `Date`. Years outside 0 to 9999
 * are written as ECMAScript does, with a sign and six digits; instants out of its range are clamped.
 */
export function isoTimestamp(epochMs: number): string {
  const ms = wholeMs(epochMs);
  const second = Math.floor(ms / 1000);
  return `${secondText(second)}${MILLISECONDS[ms - second * 1000] ?? ''}`;
}

/** Whole milliseconds of an instant that can be written. */
export function wholeMs(epochMs: number): number {
  return Math.floor(Math.min(Math.max(epochMs, -FARTHEST_MS), FARTHEST_MS));
}

/** A timestamp in ASCII as far as the point behind its second, for seconds since the epoch. */
export function secondBytes(second: number): Uint8Array {
  const slot = Math.abs(second % SLOTS);
  if (second !== cachedByteSeconds[slot]) {
    cachedBytes[slot] = Uint8Array.from(secondText(second), (char) => char.charCodeAt(0));
    cachedByteSeconds[slot] = second;
  }
  return cachedBytes[slot] ?? new Uint8Array();
}

/** A timestamp as far as the point behind its second, for seconds since the epoch. */
function secondText(second: number): string {
  const slot = Math.abs(second % SLOTS);
  if (second !== cachedSeconds[slot]) {
    cachedTexts[slot] = upToSecond(second);
    cachedSeconds[slot] = second;
  }
  return cachedTexts[slot] ?? '';
}

function upToSecond(second: number): string {
  const days = Math.floor(second / DAY_SECONDS);
  const ofDay = second - days * DAY_SECONDS;
  const hour = Math.floor(ofDay / 3600);
  const minute = Math.floor(ofDay / 60) % 60;
  return `${isoDate(days)}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(ofDay % 60, 2)}.`;
}

/** Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`. */
function isoDate(daysSinceEpoch: number): string {
  const days = daysSinceEpoch + 719_468;
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return digits(year, 4);
  return `${year < 0 ? '-' : '+'}${digits(Math.abs(year), 6)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
