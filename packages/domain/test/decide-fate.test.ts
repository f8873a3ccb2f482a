import {
  type Attempt,
  type CallFacts,
  decideFate,
  type DeliveryPolicy,
  type Fate,
  type OutboundResult,
  type RecordHistory,
  StatusSet,
  UpstreamError,
} from '@netscope/domain';
import { describe, expect, test } from 'vitest';

const HOUR_MS = 3_600_000;

const policy: DeliveryPolicy = {
  triesMax: 5,
  retryForMs: HOUR_MS,
  backoffBaseMs: 1000,
  backoffCapMs: 60_000,
  throttledMaxMs: HOUR_MS,
  ambiguous: 'retry',
  parkGuard: { ratio: 0.5, minimum: 50, windowMs: 60_000 },
};

const facts: CallFacts = {
  latencyMs: 1,
  bytesSent: 1,
  bytesReceived: 1,
  attempts: [] as readonly Attempt[],
  retryCount: 0,
  timeoutCount: 0,
  circuitState: 'closed',
  verdict: undefined,
  internalIp: '127.0.0.1',
  externalIp: undefined,
  remoteAddress: '127.0.0.1',
  bytesLeft: true,
};

function responded(
  status: number,
  throttle?: { retryAfterMs: number | undefined },
): OutboundResult {
  return {
    ...facts,
    outcome: 'responded',
    status,
    throttle,
    response: { sha256: '00', bytes: 0 },
    truncated: false,
  };
}

function failed(
  code: 'UPSTREAM_CONNECTION_BROKEN' | 'UPSTREAM_ERROR' | 'CIRCUIT_OPEN' | 'LOCAL_RESOURCES',
  bytesLeft = true,
): OutboundResult {
  const error = new UpstreamError(code, 'it broke', { kind: 'transient' });
  const outcome = code.startsWith('UPSTREAM_') ? 'failed' : 'refused';
  return { ...facts, bytesLeft, outcome, error };
}

interface Row {
  readonly result: OutboundResult;
  readonly history?: Partial<RecordHistory>;
  readonly nowMs?: number;
  readonly policy?: Partial<DeliveryPolicy>;
  readonly repeatable?: boolean;
}

function fate(row: Row): Fate {
  return decideFate({
    result: row.result,
    rules: {
      success: new StatusSet(['2xx']),
      transient: new StatusSet([408, 425, 429, '5xx']),
      repeatable: row.repeatable ?? false,
    },
    history: {
      tries: 0,
      firstTryAtMs: 0,
      throttledSinceMs: undefined,
      probe: false,
      othersSucceeded: false,
      ...row.history,
    },
    policy: { ...policy, ...row.policy },
    nowMs: row.nowMs ?? 10,
  });
}

const spent = { tries: 4 };
const waits = { kind: 'wait', spendsTry: true, throttled: false };

describe('what ends where', () => {
  test('a success status delivers', () => {
    expect(fate({ result: responded(204) })).toEqual({ kind: 'delivered' });
  });

  test.each([500, 503, 408, 425])('a transient %i waits and spends a try', (status) => {
    expect(fate({ result: responded(status) })).toEqual(waits);
  });

  test.each([301, 302, 400, 404, 422])('any other status, %i, parks as rejected', (status) => {
    expect(fate({ result: responded(status) })).toMatchObject({ kind: 'park', reason: 'rejected' });
  });

  test('spent tries alone do not park: the time must be over too', () => {
    expect(fate({ result: responded(503), history: spent })).toEqual(waits);
  });

  test('time over alone does not park: tries must be spent too', () => {
    expect(fate({ result: responded(503), nowMs: 2 * HOUR_MS })).toEqual(waits);
  });

  test('past both, it is exhausted', () => {
    const row = { result: responded(503), history: spent, nowMs: HOUR_MS };
    expect(fate(row)).toMatchObject({ kind: 'park', reason: 'exhausted' });
  });

  test('what no request can be made of is malformed at once', () => {
    const row = { result: failed('UPSTREAM_ERROR', false) };
    expect(fate(row)).toMatchObject({ kind: 'park', reason: 'malformed' });
  });

  test('a failed probe spends no try, however many were spent', () => {
    for (const tries of [0, 4, 5, 50]) {
      const row = { result: responded(503), history: { tries, probe: true }, nowMs: HOUR_MS };
      expect(fate(row)).toEqual({ kind: 'wait', spendsTry: false, throttled: false });
    }
  });

  test('a failed probe parks nothing, past all tries and all time', () => {
    const row = { history: { tries: 9, probe: true }, nowMs: 2 * HOUR_MS };
    const later = { kind: 'wait', spendsTry: false, throttled: false };
    expect(fate({ ...row, result: responded(503) })).toEqual(later);
    expect(fate({ ...row, result: responded(401) })).toEqual(later);
    expect(fate({ ...row, result: failed('UPSTREAM_CONNECTION_BROKEN') })).toEqual(later);
  });

  test.each([
    { bytesLeft: true, repeatable: false, kind: 'park' },
    { bytesLeft: false, repeatable: false, kind: 'abandon' },
    { bytesLeft: true, repeatable: true, kind: 'abandon' },
  ])(
    'a call that a drain cuts off, with `ambiguous: park`, comes to $kind',
    ({ bytesLeft, repeatable, kind }) => {
      const error = new UpstreamError('CALL_ABORTED', 'drained', { kind: 'transient' });
      const result: OutboundResult = { ...facts, bytesLeft, outcome: 'aborted', error };
      expect(fate({ result, repeatable, policy: { ambiguous: 'park' } }).kind).toBe(kind);
      expect(fate({ result, repeatable }).kind).toBe('abandon');
    },
  );

  test('a deadline that was over before an attempt began spends no try', () => {
    const error = new UpstreamError('UPSTREAM_TIMEOUT', 'overdue', { kind: 'transient' });
    const late = {
      ...facts,
      error,
      outcome: 'timed_out',
      timeoutType: 'global',
      elapsedMs: 1500,
    } as const;
    const history = { tries: 99, firstTryAtMs: 0 };
    expect(fate({ result: { ...late, bytesLeft: false }, history, nowMs: HOUR_MS })).toEqual({
      kind: 'wait',
      spendsTry: false,
      throttled: false,
    });
  });

  test.each(['CIRCUIT_OPEN', 'LOCAL_RESOURCES'] as const)(
    '%s, of our own, spends no try',
    (code) => {
      const row = { result: failed(code, false), history: spent, nowMs: HOUR_MS };
      expect(fate(row)).toEqual({ kind: 'wait', spendsTry: false, throttled: false });
    },
  );

  test('a call cut off by a drain leaves the record unsettled', () => {
    const error = new UpstreamError('CALL_ABORTED', 'drained', { kind: 'transient' });
    expect(fate({ result: { ...facts, outcome: 'aborted', error } })).toEqual({ kind: 'abandon' });
  });
});

describe('throttling', () => {
  test('a throttle waits and spends no try', () => {
    const row = { result: responded(429, { retryAfterMs: 500 }), history: spent, nowMs: HOUR_MS };
    expect(fate(row)).toEqual({ kind: 'wait', spendsTry: false, throttled: true });
  });

  test('a record throttled for too long is parked as throttled', () => {
    const row = {
      result: responded(429, { retryAfterMs: undefined }),
      history: { throttledSinceMs: 5 },
      nowMs: HOUR_MS + 5,
    };
    expect(fate(row)).toMatchObject({ kind: 'park', reason: 'throttled' });
  });
});

describe('our own credentials', () => {
  test.each([401, 403, 407])('a %i waits as a transient status does', (status) => {
    expect(fate({ result: responded(status) })).toEqual(waits);
  });

  test('a lone record that keeps getting it while others succeed is rejected', () => {
    const row = { result: responded(403), history: { ...spent, othersSucceeded: true } };
    expect(fate(row)).toMatchObject({ kind: 'park', reason: 'rejected' });
  });

  test('as the half-open probe it waits, whatever others had', () => {
    const history = { tries: 4, othersSucceeded: true, probe: true };
    expect(fate({ result: responded(401), history })).toEqual({
      kind: 'wait',
      spendsTry: false,
      throttled: false,
    });
  });

  test('it is not rejected while no other succeeds', () => {
    expect(fate({ result: responded(403), history: spent })).toEqual(waits);
  });
});

describe('delivery.ambiguous', () => {
  const park = { policy: { ambiguous: 'park' } } as const;

  test('parks a call that may not be repeated and whose bytes left', () => {
    const row = { result: failed('UPSTREAM_CONNECTION_BROKEN'), ...park };
    expect(fate(row)).toMatchObject({ kind: 'park', reason: 'ambiguous' });
  });

  test.each([
    { name: 'no byte left', result: failed('UPSTREAM_CONNECTION_BROKEN', false), ...park },
    {
      name: 'the call may be repeated',
      result: failed('UPSTREAM_CONNECTION_BROKEN'),
      repeatable: true,
      ...park,
    },
    { name: 'the policy says retry', result: failed('UPSTREAM_CONNECTION_BROKEN') },
  ])('waits where $name', (row) => {
    expect(fate(row)).toEqual(waits);
  });
});
