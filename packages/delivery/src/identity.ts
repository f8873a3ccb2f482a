import { hash } from 'node:crypto';

import type { KeyedHash, Random, SourceCoordinates, SourceRecord } from '@netscope/domain';

import type { RecordView } from './record-view.ts';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/u;
const TRACE_BYTES = 16;
const SAMPLED = '01';

/** Header by which a redriven or replayed record keeps the key of its first life. */
export const KEPT_KEY_HEADER = 'netscope-idempotency-key';

/** Longest idempotency key that a record may bring, characters. */
export const KEY_CHARS_MAX = 1024;

/**
 * A `tracestate` that is passed on: of printable ASCII, and of 512 characters at most, the least that
 * W3C Trace Context asks for. No request can be sent with another, and none waits for one.
 */
const TRACESTATE = /^[ -~]{1,512}$/u;

/** What a record keeps through all its tries. */
export interface TraceIdentity {
  readonly traceId: string;
  readonly traceFlags: string;
  readonly tracestate: string | undefined;
}

/** The record's own trace context (W3C `traceparent`), or a new one where it has none that is sound. */
export function traceOf(view: RecordView, random: Random): TraceIdentity {
  const match = TRACEPARENT.exec(view.header('traceparent') ?? '');
  if (match === null) {
    return { traceId: random.hex(TRACE_BYTES), traceFlags: SAMPLED, tracestate: undefined };
  }
  const tracestate = view.header('tracestate') ?? '';
  return {
    traceId: match[1] ?? '',
    traceFlags: match[3] ?? SAMPLED,
    tracestate: TRACESTATE.test(tracestate) ? tracestate : undefined,
  };
}

/** The key of the record's first life, where it brings one; an empty one counts as none. */
export function keptKeyOf(view: RecordView): string | undefined {
  const kept = view.header(KEPT_KEY_HEADER);
  return kept === '' ? undefined : kept;
}

/** SHA-256, lower-case hex. */
function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** What the audit trail says of content: its keyed hash where there is a key, else SHA-256. */
export function contentHash(content: Uint8Array | string, keyed: KeyedHash | undefined): string {
  return keyed === undefined ? sha256Hex(content) : keyed.of(content);
}

export interface DerivedKeyFacts {
  readonly source: SourceCoordinates;
  readonly valueSha256: string | undefined;
  readonly route: string;
}

/**
 * The stable key of a record that brings none (invariant I1): SHA-256 over cluster, topic,
 * partition, offset, timestamp, the hashes of key and value, and route, each on a line. The
 * timestamp and the hashes are there because a recreated topic counts its offsets anew. Where the
 * trail's hashes are keyed so are these, or the key would tell whether a guess at a value is right.
 */
export function deriveIdempotencyKey({ source, valueSha256, route }: DerivedKeyFacts): string {
  return sha256Hex(
    `${source.cluster}\n${source.topic}\n${source.partition}\n${source.offset}\n${source.timestampMs}\n${source.keySha256 ?? '-'}\n${valueSha256 ?? '-'}\n${route}`,
  );
}

export interface CoordinateFacts {
  readonly kind: SourceCoordinates['kind'];
  readonly cluster: string;
  readonly group: string;
  readonly keyedHash: KeyedHash | undefined;
}

export function coordinatesOf(record: SourceRecord, facts: CoordinateFacts): SourceCoordinates {
  return {
    kind: facts.kind,
    cluster: facts.cluster,
    group: facts.group,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    keySha256:
      record.keySha256 ??
      (record.key === null ? undefined : contentHash(record.key, facts.keyedHash)),
    timestampMs: record.timestampMs,
  };
}
