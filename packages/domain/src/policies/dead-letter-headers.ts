import { isoTimestamp } from '../events/iso-timestamp.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { RecordHeader } from '../model/source-record.ts';

/** Headers of ours: what comes in under them is neither forwarded nor kept. */
export const OWN_HEADER_PREFIX = 'netscope-';

/** Turns text into bytes (UTF-8); the domain knows no platform codec. */
export type TextEncoding = (text: string) => Uint8Array;

/**
 * The headers of a dead letter: `originals` (by default all of the record's), without any
 * `netscope-*` and without a `traceparent` that ours replaces, then ours, some 2 KiB at the most;
 * what does not apply is absent.
 */
export function deadLetterHeaders(
  letter: DeadLetter,
  encode: TextEncoding,
  originals: readonly RecordHeader[] = letter.record.headers,
): RecordHeader[] {
  const headers = originals.filter(({ name }) => !isReplaced(name));
  for (const [name, value] of ownHeaders(letter)) {
    if (value !== undefined) headers.push({ name, value: encode(String(value)) });
  }
  return headers;
}

/**
 * What a letter carries besides that is written without a part of its record. `sha256`: of that
 * part, lower-case hex; none for headers.
 */
export function omittedHeaders(
  part: 'value' | 'headers' | 'key',
  sha256: string | undefined,
  encode: TextEncoding,
): RecordHeader[] {
  const marks = [{ name: `netscope-${part}`, value: encode('omitted') }];
  if (sha256 !== undefined) marks.push({ name: `netscope-${part}-sha256`, value: encode(sha256) });
  return marks;
}

function isReplaced(name: string): boolean {
  const lowerCase = name.toLowerCase();
  return lowerCase.startsWith(OWN_HEADER_PREFIX) || lowerCase === 'traceparent';
}

function ownHeaders(letter: DeadLetter): readonly [string, string | number | undefined][] {
  const { record, context } = letter;
  return [
    ['netscope-reason', letter.reason],
    ['netscope-topic', record.topic],
    ['netscope-partition', record.partition],
    ['netscope-offset', record.offset],
    ['netscope-route', context.route],
    ['netscope-upstream', letter.upstream],
    ['netscope-tries', letter.tries],
    [
      'netscope-first-try-at',
      letter.firstTryAtMs === undefined ? undefined : isoTimestamp(letter.firstTryAtMs),
    ],
    ['netscope-status', letter.status],
    ['netscope-error-code', letter.errorCode],
    ['netscope-error-message', letter.errorMessage],
    ['netscope-idempotency-key', context.idempotencyKey],
    ['netscope-request-id', context.requestId],
    ['traceparent', `00-${context.traceId}-${context.spanId}-${context.traceFlags}`],
  ];
}
