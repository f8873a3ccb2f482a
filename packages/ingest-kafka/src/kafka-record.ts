import { hash } from 'node:crypto';

import {
  type KeyedHash,
  NULL_HEADER_VALUE,
  type RecordHeader,
  type SourceRecord,
} from '@netscope/domain';

import type { RawHeader, RawRecord } from './group-session.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

/** A record over the bytes that were fetched; its headers are made when they are asked for. */
export class KafkaRecord implements SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly keySha256: string | undefined;
  readonly value: Uint8Array | null;
  readonly #rawHeaders: readonly RawHeader[] | undefined;
  #headers: readonly RecordHeader[] | undefined;

  constructor(
    raw: RawRecord,
    at: { readonly topic: string; readonly partition: number },
    /** Digests the key; without one, SHA-256 does. */
    keyedHash: KeyedHash | undefined,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = Number(raw.offset);
    this.timestampMs = Number(raw.timestamp);
    this.key = raw.key;
    this.keySha256 =
      raw.key === null ? undefined : (keyedHash?.of(raw.key) ?? hash('sha256', raw.key));
    this.value = raw.value;
    this.#rawHeaders = raw.headerList;
  }

  get headers(): readonly RecordHeader[] {
    this.#headers ??= namedHeaders(this.#rawHeaders);
    return this.#headers;
  }
}

function namedHeaders(raw: readonly RawHeader[] | undefined): readonly RecordHeader[] {
  if (raw === undefined || raw.length === 0) return NO_HEADERS;
  return raw.map(({ key, value }) => ({ name: key, value: value ?? NULL_HEADER_VALUE }));
}
