const FORM = /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/** Ms since the epoch of a timestamp as `isoTimestamp` writes it; `undefined` for anything else. */
export function timestampMs(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const days = daysFromCivil(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  const minutes = (days * 24 + Number(parts[4])) * 60 + Number(parts[5]);
  return (minutes * 60 + Number(parts[6])) * 1000 + Number(parts[7]);
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
