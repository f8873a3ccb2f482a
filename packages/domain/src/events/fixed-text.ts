import type { TextBytes } from './json-bytes.ts';

/** `null` stands for no value at all. */
type Value = string | number | boolean | undefined | null;

/** Past this many the texts behind one text are made anew each time. */
const FOLLOWERS_MAX = 64;

/**
 * JSON text made of values that few different ones occur of, such as configured names: what was put
 * together once is found again by comparing the values, and copied as a whole.
 */
export class FixedText {
  readonly text: string;
  readonly #name: string;
  readonly #value: Value;
  readonly #followers: FixedText[] = [];
  /** Most often the next one is the one that it was the last time. */
  #last: FixedText | undefined;
  #bytes: Uint8Array | undefined;

  private constructor(text: string, name: string, value: Value) {
    this.text = text;
    this.#name = name;
    this.#value = value;
  }

  /** `text` is JSON text as it stands, for example `,"name":`. */
  static of(text: string): FixedText {
    return new FixedText(text, '', undefined);
  }

  /** This text, and behind it `name` and the value; without both where it is `undefined`. */
  and(name: string, value: Exclude<Value, null>): FixedText {
    return this.#next(name, value);
  }

  /** This text, and behind it more text as it stands. */
  plus(text: string): FixedText {
    return this.#next(text, null);
  }

  /** This text in UTF-8. `target` only helps to make it: its bytes from `at` on are overwritten. */
  bytesBy(target: TextBytes, at: number): Uint8Array {
    this.#bytes ??= encoded(this.text, target, at);
    return this.#bytes;
  }

  #next(name: string, value: Value): FixedText {
    const last = this.#last;
    if (last !== undefined && last.#value === value && last.#name === name) return last;
    return this.#find(name, value);
  }

  #find(name: string, value: Value): FixedText {
    const isSame = (one: FixedText): boolean => one.#value === value && one.#name === name;
    const known = this.#followers.find(isSame);
    const found = known ?? this.#make(name, value);
    this.#last = found;
    return found;
  }

  #make(name: string, value: Value): FixedText {
    const made = new FixedText(this.text + added(name, value), name, value);
    if (this.#followers.length < FOLLOWERS_MAX) this.#followers.push(made);
    return made;
  }
}

function added(name: string, value: Value): string {
  if (value === undefined) return '';
  return value === null ? name : name + JSON.stringify(value);
}

function encoded(text: string, target: TextBytes, at: number): Uint8Array {
  const end = at + target.write(text, at, text.length * 3, 'utf8');
  return new Uint8Array(target.subarray(at, end));
}
