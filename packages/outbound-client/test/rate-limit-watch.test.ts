import { describe, expect, test } from 'vitest';

import { GatewayRig } from './support/rig.ts';
import { UpstreamRig } from './support/upstream-rig.ts';

const rateLimit = { perSecond: 5, burst: 5 };

function observing(): UpstreamRig {
  return new UpstreamRig({
    rateLimit: { ...rateLimit, mode: 'observe' },
    bulkhead: { inFlight: 100 },
  });
}

function admit(rig: UpstreamRig, calls: number): void {
  for (let call = 0; call < calls; call += 1) rig.admit();
}

describe('a rate limit that is observed', () => {
  test('counts what it would have held, and holds none', () => {
    const rig = observing();
    admit(rig, 100);
    expect(rig.inFlight).toBe(100);
    expect(rig.metrics.total('rate_limit_exceeded_total')).toBe(95);
  });

  test('says in the state that it is only observed, and whether it is exceeded', () => {
    const rig = observing();
    admit(rig, 5);
    expect(rig.upstream.snapshot().rateLimit).toMatchObject({ mode: 'observe', state: 'within' });
    admit(rig, 1);
    expect(rig.upstream.snapshot().rateLimit).toMatchObject({ state: 'exceeded', left: 0 });
  });

  test('tells once that it is exceeded, and that it is kept when no call was over it for 10 s', () => {
    const rig = observing();
    admit(rig, 6);
    const reason = 'calls came faster than 5 a second: they go out all the same';
    expect(rig.rateLimitChanges).toEqual([{ mode: 'observe', state: 'exceeded', reason }]);
    rig.clock.advance(8000);
    admit(rig, 8);
    rig.clock.advance(9999);
    expect(rig.rateLimitChanges).toHaveLength(1);
    rig.clock.advance(1);
    expect(rig.rateLimitChanges[1]).toMatchObject({ state: 'within' });
    expect(rig.upstream.snapshot().rateLimit.state).toBe('within');
  });

  test('is told on the bus', async () => {
    await using rig = new GatewayRig({ rateLimit: { perSecond: 1, burst: 1, mode: 'observe' } });
    rig.gateway.admit('partner');
    expect(rig.bus.published).toEqual([]);
    rig.gateway.admit('partner');
    const eventType = 'system.rate_limit.changed';
    expect(rig.bus.published).toMatchObject([
      { eventType, upstream: 'partner', mode: 'observe', state: 'exceeded', severity: 'INFO' },
    ]);
  });
});

describe('a rate limit that is enforced', () => {
  test('tells that it holds calls, and counts none as let go', () => {
    const rig = new UpstreamRig({ rateLimit });
    admit(rig, 5);
    expect(rig.rateLimitChanges).toEqual([]);
    admit(rig, 1);
    const reason = 'calls came faster than 5 a second: they wait';
    expect(rig.rateLimitChanges).toEqual([{ mode: 'enforce', state: 'exceeded', reason }]);
    expect(rig.upstream.snapshot().rateLimit).toMatchObject({ mode: 'enforce', state: 'exceeded' });
    expect(rig.metrics.total('rate_limit_exceeded_total')).toBe(0);
  });

  test('tells it of other callers, too', () => {
    const rig = new UpstreamRig({ rateLimit: { perSecond: 5, burst: 1 } });
    void rig.queue();
    void rig.queue();
    expect(rig.rateLimitChanges).toMatchObject([{ state: 'exceeded' }]);
    expect(rig.metrics.total('rate_limit_exceeded_total')).toBe(0);
  });

  test('watches nothing once its upstream is closed', async () => {
    const rig = new UpstreamRig({ rateLimit: { perSecond: 5, burst: 1 } });
    rig.queue().catch(() => undefined);
    admit(rig, 1);
    const before = rig.clock.pendingTimers;
    await rig.upstream.close();
    expect(rig.clock.pendingTimers).toBeLessThan(before);
    rig.clock.advance(60_000);
    expect(rig.rateLimitChanges).toHaveLength(1);
  });
});
