/** What `JSON.stringify` would write otherwise: quotes, backslashes, controls, lone surrogates. */
// oxlint-disable-next-line no-control-regex -- JSON forbids control characters inside strings
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** `.001` to `.999` without trailing zeros, so that a fraction costs one look-up. */
const FRACTIONS: readonly string[] = Array.from({ length: 1000 }, (_, index) =>
  index === 0 ? '' : `.${String(index).padStart(3, '0').replace(/0+$/, '')}`,
);

const FAST_MS_MAX = 2_000_000;

/** A JSON string, quotes included; the usual text costs one scan. */
export function jsonText(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/**
 * A JSON number of milliseconds rounded to three decimals.
 * @throws {RangeError} for what is not a finite number, which JSON could not tell.
 */
export function jsonMs(ms: number): string {
  if (ms >= 0 && ms < FAST_MS_MAX) {
    const micros = Math.round(ms * 1000);
    const whole = Math.floor(micros / 1000);
    return `${whole}${FRACTIONS[micros - whole * 1000] ?? ''}`;
  }
  return jsonNumber(Math.round(ms * 1000) / 1000);
}

/** A JSON number. @throws {RangeError} for what is not finite, which JSON could not tell. */
export function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('a number of an event is not finite');
  return value === 0 ? '0' : String(value);
}

/** `,"name":"text"`, or nothing where the text is absent. */
export function textField(name: string, text: string | undefined): string {
  return text === undefined ? '' : `,"${name}":${jsonText(text)}`;
}

/** `,"name":1.5` in ms of three decimals, or nothing where it is absent. */
export function msField(name: string, ms: number | undefined): string {
  return ms === undefined ? '' : `,"${name}":${jsonMs(ms)}`;
}

/** `,"name":1`, or nothing where it is absent. */
export function numberField(name: string, value: number | undefined): string {
  return value === undefined ? '' : `,"${name}":${jsonNumber(value)}`;
}

/** `,"name":true`, or nothing where it is absent. */
export function flagField(name: string, flag: boolean | undefined): string {
  return flag === undefined ? '' : `,"${name}":${flag ? 'true' : 'false'}`;
}
