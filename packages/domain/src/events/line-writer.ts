/** What `JSON.stringify` would write otherwise: quotes, backslashes, controls, lone surrogates. */
// oxlint-disable-next-line no-control-regex -- JSON forbids control characters inside strings
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** `.001` to `.999` without trailing zeros, so that a fraction costs one look-up. */
const FRACTIONS: readonly string[] = Array.from({ length: 1000 }, (_, index) =>
  index === 0 ? '' : `.${String(index).padStart(3, '0').replace(/0+$/, '')}`,
);

const FAST_MS_MAX = 2_000_000;

/**
 * Writes one line of JSON piece by piece. The pieces are joined once at the end: adding strings up
 * builds a tree that must be flattened when it is written, which costs more than the rest. Keys are
 * given ready to write, `,"name":`, with the quote that opens a value where there always is one.
 */
export class LineWriter {
  readonly #pieces: string[] = [];

  /** Text that is JSON already. */
  raw(json: string): void {
    this.#pieces.push(json);
  }

  /** A key and text that needs no escape: digits, names of our own. The key opens the quote. */
  plain(key: string, text: string): void {
    this.#pieces.push(key, text, '"');
  }

  /** A key and any text; nothing where it is absent. */
  text(key: string, text: string | undefined): void {
    if (text === undefined) return;
    if (NEEDS_ESCAPE.test(text)) this.#pieces.push(key, JSON.stringify(text));
    else this.#pieces.push(key, '"', text, '"');
  }

  /**
   * A key and milliseconds rounded to three decimals; nothing where they are absent.
   * @throws {RangeError} for what is not finite, which JSON could not tell.
   */
  ms(key: string, ms: number | undefined): void {
    if (ms === undefined) return;
    if (ms >= 0 && ms < FAST_MS_MAX) {
      const micros = Math.round(ms * 1000);
      const whole = Math.floor(micros / 1000);
      this.#pieces.push(key, String(whole), FRACTIONS[micros - whole * 1000] ?? '');
    } else this.number(key, Math.round(ms * 1000) / 1000);
  }

  /** A key and a number; nothing where it is absent. @throws {RangeError} as `ms`. */
  number(key: string, value: number | undefined): void {
    if (value === undefined) return;
    if (!Number.isFinite(value)) throw new RangeError('a number of an event is not finite');
    this.#pieces.push(key, value === 0 ? '0' : String(value));
  }

  /** A key and a truth value; nothing where it is absent. */
  flag(key: string, value: boolean | undefined): void {
    if (value !== undefined) this.#pieces.push(key, value ? 'true' : 'false');
  }

  /** Opens an object of which any field may be absent; what `end` is given. */
  begin(opening: string): number {
    return this.#pieces.push(opening);
  }

  /** Closes it: the first of its fields loses the comma before it. */
  end(mark: number): void {
    const first = this.#pieces[mark];
    if (first !== undefined) this.#pieces[mark] = first.slice(1);
    this.#pieces.push('}');
  }

  /** The line so far, in one flat string. */
  toString(): string {
    return this.#pieces.join('');
  }
}
