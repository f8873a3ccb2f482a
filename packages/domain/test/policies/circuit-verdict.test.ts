import { type AttemptEvidence, circuitVerdict, describeEvidence } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

const answered = (status: number, throttled = false): AttemptEvidence => ({
  outcome: 'responded',
  status,
  errorCode: undefined,
  timeoutType: undefined,
  throttled,
  reached: true,
});

const ended = (outcome: AttemptEvidence['outcome'], errorCode: string): AttemptEvidence => ({
  outcome,
  status: undefined,
  errorCode,
  timeoutType: undefined,
  throttled: false,
  reached: true,
});

describe('the circuit hears', () => {
  test.each([500, 502, 503, 401, 403, 407])('status %i as a failure', (status) => {
    expect(circuitVerdict(answered(status))).toBe('failure');
  });

  test.each([200, 204, 302, 400, 404, 422])('status %i as a success', (status) => {
    expect(circuitVerdict(answered(status))).toBe('success');
  });

  test.each([429, 503])('nothing in a throttled %i', (status) => {
    expect(circuitVerdict(answered(status, true))).toBe('unheard');
  });

  test.each([
    ['refused', 'UPSTREAM_CONNECTION_REFUSED'],
    ['failed', 'UPSTREAM_DNS_FAILURE'],
    ['failed', 'UPSTREAM_TLS_FAILURE'],
    ['failed', 'UPSTREAM_CONNECTION_BROKEN'],
    ['failed', 'UPSTREAM_PROTOCOL_ERROR'],
    ['timed_out', 'UPSTREAM_TIMEOUT'],
  ] as const)('%s with %s as a failure', (outcome, code) => {
    expect(circuitVerdict(ended(outcome, code))).toBe('failure');
  });

  test.each([
    ['refused', 'UPSTREAM_ADDRESS_BLOCKED'],
    ['refused', 'BULKHEAD_FULL'],
    ['refused', 'UPSTREAM_RATE_LIMITED'],
    ['refused', 'CIRCUIT_OPEN'],
    ['refused', 'LOCAL_RESOURCES'],
    ['aborted', 'CALL_ABORTED'],
    ['failed', 'UPSTREAM_ERROR'],
  ] as const)('nothing in %s with %s', (outcome, code) => {
    expect(circuitVerdict(ended(outcome, code))).toBe('unheard');
  });

  test('nothing in a deadline that passed before the upstream had its chance', () => {
    const evidence = { ...ended('timed_out', 'UPSTREAM_TIMEOUT'), reached: false };
    expect(circuitVerdict(evidence)).toBe('unheard');
  });
});

test('a sample is named by its status, its timeout or its code', () => {
  expect(describeEvidence(answered(503))).toBe('status 503');
  expect(describeEvidence(answered(401))).toBe('credentials (401)');
  expect(describeEvidence({ ...ended('timed_out', 'UPSTREAM_TIMEOUT'), timeoutType: 'read' })).toBe(
    'read timeout',
  );
  expect(describeEvidence(ended('failed', 'UPSTREAM_DNS_FAILURE'))).toBe('UPSTREAM_DNS_FAILURE');
});
