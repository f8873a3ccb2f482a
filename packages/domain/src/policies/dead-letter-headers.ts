import { isoTimestamp } from '../events/iso-timestamp.ts';
import type { DeadLetter } from '../model/dead-letter.ts';
import type { RecordHeader } from '../model/source-record.ts';

/** Headers of ours: what comes in under them is neither forwarded nor kept. */
export const OWN_HEADER_PREFIX = 'netscope-';

/** Turns text into bytes (UTF-8); the domain knows no platform codec. */
export type TextEncoding = (text: string) => Uint8Array;

/**
 * The headers of a dead letter: the record's own, without any `netscope-*` and without a
 * `traceparent` that ours replaces, then ours; what does not apply is absent.
 */
export function deadLetterHeaders(letter: DeadLetter, encode: TextEncoding): RecordHeader[] {
  const headers = letter.record.headers.filter(({ name }) => !isReplaced(name));
  for (const [name, value] of ownHeaders(letter)) {
    if (value !== undefined) headers.push({ name, value: encode(String(value)) });
  }
  return headers;
}

/** What a letter written without its value carries besides. `sha256`: of the value, lower-case hex. */
export function omittedValueHeaders(sha256: string, encode: TextEncoding): RecordHeader[] {
  return [
    { name: 'netscope-value', value: encode('omitted') },
    { name: 'netscope-value-sha256', value: encode(sha256) },
  ];
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
