import { ManualClock, sampleCall, sampleTimeout } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import { CallWindows } from '../src/call-windows.ts';

const MINUTE_MS = 60_000;

let clock: ManualClock;
let windows: CallWindows;

beforeEach(() => {
  // At the start of a slot, so that a window of 60 s covers 55 s and what has passed of a slot.
  clock = new ManualClock(1_771_578_000_000);
  windows = new CallWindows(clock);
});

describe('CallWindows', () => {
  it('counts a call in each window it falls into and not past its end', () => {
    windows.record(sampleCall());
    clock.advance(50_000);
    expect(windows.report(MINUTE_MS).all.requests).toBe(1);
    clock.advance(15_000);
    expect(windows.report(MINUTE_MS).all.requests).toBe(0);
    expect(windows.report(5 * MINUTE_MS).all.requests).toBe(1);
    clock.advance(5 * MINUTE_MS);
    expect(windows.report(5 * MINUTE_MS).all.requests).toBe(0);
    expect(windows.report(15 * MINUTE_MS).all.requests).toBe(1);
    clock.advance(15 * MINUTE_MS);
    expect(windows.report(15 * MINUTE_MS).all.requests).toBe(0);
    expect(windows.totals.requests).toBe(1);
  });

  it('forgets nothing when a pair is quiet for slots and then goes on', () => {
    for (let slot = 0; slot < 12; slot += 1) {
      windows.record(sampleCall());
      clock.advance(10_000);
    }
    expect(windows.report(5 * MINUTE_MS).all.requests).toBe(12);
  });

  it('divides by the time it covers, not by the window it was asked for', () => {
    for (let call = 0; call < 20; call += 1) windows.record(sampleCall());
    clock.advance(10_000);
    const report = windows.report(5 * MINUTE_MS);
    expect(report.coveredSeconds).toBe(10);
    expect(report.all.requestsPerSec).toBe(2);
  });

  it('claims no thousand calls a second for one call in the first millisecond', () => {
    windows.record(sampleCall());
    clock.advance(1);
    expect(windows.report(MINUTE_MS).all.requestsPerSec).toBe(1);
  });

  it('tells errors, timeouts, retries and verdict shares to the unit', () => {
    windows.record(sampleCall({ retryCount: 1 }));
    windows.record(sampleCall({ status: 422 }));
    windows.record(sampleTimeout());
    const { all } = windows.report(MINUTE_MS);
    expect(all).toMatchObject({ requests: 3, errors: 2, timeouts: 1, retries: 1, attempts: 4 });
    expect(all.errorRate).toBeCloseTo(2 / 3);
    expect(all.verdictShares).toEqual({
      network: 0,
      upstream: 1,
      local: 0,
      upstream_or_beyond: 0,
    });
  });

  it('tells upstreams and route groups apart and filters by route group', () => {
    windows.record(sampleCall({ routeGroup: 'a', upstream: 'x', latencyMs: 10 }));
    windows.record(sampleCall({ routeGroup: 'a', upstream: 'y', latencyMs: 20 }));
    windows.record(sampleCall({ routeGroup: 'b', upstream: 'x', latencyMs: 30 }));
    const all = windows.report(MINUTE_MS);
    expect([...all.byUpstream].map(([name, stats]) => [name, stats.requests])).toEqual([
      ['x', 2],
      ['y', 1],
    ]);
    const onlyA = windows.report(MINUTE_MS, 'a');
    expect(onlyA.all.requests).toBe(2);
    expect([...onlyA.byRouteGroup.keys()]).toEqual(['a']);
    expect(windows.report(MINUTE_MS, 'nobody').all.requests).toBe(0);
  });

  it('has no percentile and no error rate above 0 without a call', () => {
    const { all } = windows.report(MINUTE_MS);
    expect(all.latencyMs).toEqual({ p50: undefined, p95: undefined, p99: undefined });
    expect(all.errorRate).toBe(0);
  });

  it('names the group of a call without a route as the counters do', () => {
    windows.record(sampleCall({ routeGroup: undefined }));
    expect([...windows.report(MINUTE_MS).byRouteGroup.keys()]).toEqual(['none']);
  });

  it('holds a bounded number of pairs whatever names come', () => {
    for (let name = 0; name < 2000; name += 1) {
      windows.record(sampleCall({ routeGroup: `g${name}` }));
    }
    const report = windows.report(MINUTE_MS);
    expect(report.byRouteGroup.size).toBeLessThanOrEqual(513);
    expect(report.all.requests).toBe(2000);
  });
});
