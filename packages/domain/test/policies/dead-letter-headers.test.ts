import { type DeadLetter, deadLetterHeaders, omittedHeaders } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (headers: ReturnType<typeof deadLetterHeaders>): readonly string[] =>
  headers.map(({ name, value }) => `${name}: ${new TextDecoder().decode(value)}`);

const LETTER: DeadLetter = {
  record: {
    topic: 'orders',
    partition: 3,
    offset: 42,
    timestampMs: 0,
    key: null,
    value: null,
    headers: [
      { name: 'x-tenant', value: encode('a') },
      { name: 'Netscope-Reason', value: encode('old') },
      { name: 'x-tenant', value: encode('b') },
      { name: 'traceparent', value: encode('00-old') },
      { name: 'netscope-idempotency-key', value: encode('kept') },
    ],
  },
  reason: 'rejected',
  context: {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: '01',
    tracestate: undefined,
    requestId: 'r-1',
    idempotencyKey: 'kept',
    route: 'send',
    routeGroup: 'g',
    internalIp: undefined,
    externalIp: undefined,
    source: {
      kind: 'kafka',
      cluster: 'c',
      group: 'g',
      topic: 'orders',
      partition: 3,
      offset: 42,
      keySha256: undefined,
      timestampMs: 0,
    },
  },
  upstream: 'partner',
  tries: 1,
  firstTryAtMs: 1_771_578_000_123,
  status: 422,
  errorCode: undefined,
  errorMessage: 'answered 422',
};

describe('deadLetterHeaders', () => {
  it('keeps the headers that came in, repeated ones too, and adds ours', () => {
    expect(text(deadLetterHeaders(LETTER, encode))).toEqual([
      'x-tenant: a',
      'x-tenant: b',
      'netscope-reason: rejected',
      'netscope-topic: orders',
      'netscope-partition: 3',
      'netscope-offset: 42',
      'netscope-route: send',
      'netscope-upstream: partner',
      'netscope-tries: 1',
      'netscope-first-try-at: 2026-02-20T09:00:00.123Z',
      'netscope-status: 422',
      'netscope-error-message: answered 422',
      'netscope-idempotency-key: kept',
      'netscope-request-id: r-1',
      'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ]);
  });

  it('leaves out what does not apply', () => {
    const letter: DeadLetter = {
      ...LETTER,
      reason: 'no_route',
      context: { ...LETTER.context, route: undefined },
      upstream: undefined,
      tries: 0,
      firstTryAtMs: undefined,
      status: undefined,
    };
    const names = deadLetterHeaders(letter, encode).map(({ name }) => name);
    for (const absent of ['route', 'upstream', 'first-try-at', 'status', 'error-code']) {
      expect(names).not.toContain(`netscope-${absent}`);
    }
  });

  it('says of a value or a key that was left out what it hashed to', () => {
    expect(text(omittedHeaders('value', 'ab12', encode))).toEqual([
      'netscope-value: omitted',
      'netscope-value-sha256: ab12',
    ]);
    expect(text(omittedHeaders('key', 'cd34', encode))).toEqual([
      'netscope-key: omitted',
      'netscope-key-sha256: cd34',
    ]);
  });

  it('can be had without those that came in', () => {
    const all = text(deadLetterHeaders(LETTER, encode));
    expect(text(deadLetterHeaders(LETTER, encode, []))).toEqual(all.slice(2));
    const marks = omittedHeaders('headers', undefined, encode);
    expect(text(marks)).toEqual(['netscope-headers: omitted']);
  });
});
