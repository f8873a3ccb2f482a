const FORM = /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/** Ms since the epoch of a timestamp as `isoTimestamp` writes it; `undefined` for anything else. */
export function timestampMs(text: string): number | undefined {
  const parts = FORM.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = parts;
  const days = daysFromCivil(year, month, day);
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms;
}

/** Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const ofEra = shiftedYear - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146_097 + days - 719_468;
}
