import { readFileSync } from 'node:fs';

import type { ConfigFault } from '@netscope/domain';

/** Far above any credential or certificate chain. */
const FILE_BYTES_MAX = 1_048_576;
/** 128 bits in hex. */
const KEY_CHARS_MIN = 32;

/** Reads the files that settings point at, and collects what could not be read. */
export class SecretFiles {
  readonly faults: ConfigFault[] = [];
  readonly #placeOf: (path: readonly string[]) => string;

  constructor(placeOf: (path: readonly string[]) => string) {
    this.#placeOf = placeOf;
  }

  /** The text of a secret's file without its last line break; the literal where no file is named. */
  secret(
    path: readonly string[],
    file: string | null | undefined,
    literal: string | undefined,
  ): string | undefined {
    if (file === null || file === undefined) return literal;
    const text = this.#read(path, file)?.replace(/\r?\n$/, '');
    if (text === '') this.#tell(path, `an empty file ${file}`, 'a file that holds the secret');
    return text;
  }

  /** The key of a keyed hash; one that could be guessed is refused. */
  key(path: readonly string[], file: string | null): string | undefined {
    const text = this.secret(path, file, undefined);
    if (text !== undefined && text !== '' && text.length < KEY_CHARS_MIN) {
      const expected = `at least ${KEY_CHARS_MIN} characters, as "openssl rand -hex 32" makes them`;
      this.#tell(path, `${text.length} characters in ${file}`, expected);
    }
    return text;
  }

  /** The text of a PEM file; `undefined` where none is named. */
  pem(path: readonly string[], file: string | null): string | undefined {
    if (file === null) return undefined;
    const text = this.#read(path, file);
    if (text !== undefined && !text.includes('-----BEGIN ')) {
      this.#tell(path, `no PEM in ${file}`, 'a file with -----BEGIN ...');
    }
    return text;
  }

  #read(path: readonly string[], file: string): string | undefined {
    try {
      const content = readFileSync(file);
      if (content.byteLength <= FILE_BYTES_MAX) return content.toString('utf8');
      this.#tell(path, `${file}, which is larger than 1 MiB`, 'a file that holds the secret');
    } catch (error) {
      this.#tell(path, `${file}, which cannot be read (${codeOf(error)})`, 'a readable file');
    }
    return undefined;
  }

  #tell(path: readonly string[], found: string, expected: string): void {
    this.faults.push({ path: path.join('.'), where: this.#placeOf(path), found, expected });
  }
}

/** The system's code of an error (`ENOENT`), which says why without quoting anything. */
export function codeOf(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
