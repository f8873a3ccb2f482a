import { readFileSync } from 'node:fs';

import type { ConfigFault } from '@netscope/domain';

import { certificateFlaw, isPair, keyFlaw, type PemFlaw } from './pem.ts';

/** Far above any credential or certificate chain. */
const FILE_BYTES_MAX = 1_048_576;
/** 128 bits in hex. */
const KEY_CHARS_MIN = 32;

/** The files of one `tls`, as they are written. */
export interface TlsFileNames {
  readonly ca_file: string | null;
  readonly cert_file: string | null;
  readonly key_file: string | null;
}

/** Their PEM texts; `undefined` where none is named, or it is of no use. */
export interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

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

  /** Certificates and keys of one side of TLS; what no connection could be made with is told. */
  tls(path: readonly string[], names: TlsFileNames): TlsTexts {
    const ca = this.#pem([...path, 'ca_file'], names.ca_file, certificateFlaw);
    const cert = this.#pem([...path, 'cert_file'], names.cert_file, certificateFlaw);
    const key = this.#pem([...path, 'key_file'], names.key_file, keyFlaw);
    if (cert !== undefined && key !== undefined && !isPair(cert, key)) {
      const found = `${names.key_file ?? ''}, which is not the key of the certificate`;
      this.#tell([...path, 'key_file'], found, `the key that cert_file was made for`);
    }
    return { ca, cert, key };
  }

  #pem(
    path: readonly string[],
    file: string | null,
    flawOf: (text: string) => PemFlaw | undefined,
  ): string | undefined {
    if (file === null) return undefined;
    const text = this.#read(path, file);
    const flaw = text === undefined ? undefined : flawOf(text);
    if (flaw === undefined) return text;
    this.#tell(path, `${flaw.found} in ${file}`, flaw.expected);
    return undefined;
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
