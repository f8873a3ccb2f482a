import { describe, expect, test } from 'vitest';

import { CallLog } from '../../../src/page/model/call-log.ts';
import type { CallView } from '../../../src/page/model/call-view.ts';

const ALL = { show: 'all', upstream: '' } as const;

function call(requestId: string, atMs: number, facts: Partial<CallView> = {}): CallView {
  return {
    requestId,
    atMs,
    upstream: 'ledger',
    outcome: 'responded',
    delivered: true,
    statusCode: 200,
    errorCode: undefined,
    latencyMs: 5,
    attempts: 1,
    retryCount: 0,
    record: 'orders/0@1',
    phases: undefined,
    ...facts,
  };
}

function ids(calls: readonly CallView[]): readonly string[] {
  return calls.map(({ requestId }) => requestId);
}

describe('the log of calls', () => {
  test('has the newest first, in whatever order they came', () => {
    const log = new CallLog();
    for (const atMs of [2, 3, 1]) log.add(call(`c${atMs}`, atMs));
    expect(ids(log.latest(ALL, 10))).toEqual(['c3', 'c2', 'c1']);
    expect(ids(log.latest(ALL, 2))).toEqual(['c3', 'c2']);
  });

  test('takes a call once, however often it is told', () => {
    const log = new CallLog();
    expect(log.add(call('a', 1))).toBe(true);
    expect(log.add(call('a', 1))).toBe(false);
    expect(log.added).toBe(1);
  });

  test('lets the oldest go past its bound', () => {
    const log = new CallLog(2);
    for (const atMs of [1, 2, 3]) log.add(call(`c${atMs}`, atMs));
    expect(ids(log.latest(ALL, 10))).toEqual(['c3', 'c2']);
    expect(log.added).toBe(3);
  });

  test('filters by what became of a call and by its upstream', () => {
    const log = new CallLog();
    log.add(call('ok', 1));
    log.add(call('failed', 2, { delivered: false }));
    log.add(call('retried', 3, { retryCount: 1, upstream: 'partner' }));
    expect(ids(log.latest({ show: 'failed', upstream: '' }, 10))).toEqual(['failed']);
    expect(ids(log.latest({ show: 'retried', upstream: '' }, 10))).toEqual(['retried']);
    expect(ids(log.latest({ show: 'all', upstream: 'partner' }, 10))).toEqual(['retried']);
  });
});
