import type { SourceRecord } from '@netscope/domain';

import { parseRecordJson, scalarAt, valueAt } from './record-json.ts';

const utf8 = new TextDecoder();

/** Reads a record for matching and templates; the value is parsed once, and only when asked. */
export class RecordView {
  readonly record: SourceRecord;
  #parsed: { readonly value: unknown } | undefined;

  constructor(record: SourceRecord) {
    this.record = record;
  }

  /** The last header of that name, as text; names compare without case. */
  header(name: string): string | undefined {
    const { headers } = this.record;
    for (let index = headers.length - 1; index >= 0; index -= 1) {
      const header = headers[index];
      if (header !== undefined && isSameName(header.name, name)) return utf8.decode(header.value);
    }
    return undefined;
  }

  /** All headers of that name, as text, in their order. */
  headers(name: string): readonly string[] {
    return this.record.headers
      .filter((header) => isSameName(header.name, name))
      .map((header) => utf8.decode(header.value));
  }

  /** The key as text; `undefined` for a null key. */
  key(): string | undefined {
    return this.record.key === null ? undefined : utf8.decode(this.record.key);
  }

  /** @throws {RecordError} where the value is not JSON. */
  scalar(path: readonly string[]): string | undefined {
    return scalarAt(this.#json(), path);
  }

  /** @throws {RecordError} where the value is not JSON. */
  value(path: readonly string[]): unknown {
    return valueAt(this.#json(), path);
  }

  #json(): unknown {
    this.#parsed ??= { value: parseRecordJson(this.record.value ?? new Uint8Array()) };
    return this.#parsed.value;
  }
}

function isSameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}
