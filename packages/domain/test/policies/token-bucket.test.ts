import { TokenBucket } from '@netscope/domain';
import { array, assert, integer, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('TokenBucket', () => {
  test('a full bucket lets its burst pass at once, then its rate', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
    expect(bucket.waitMs(0)).toBeCloseTo(100);
    expect(bucket.take(99)).toBe(false);
    expect(bucket.take(100.001)).toBe(true);
  });

  test('with no burst told it holds one second of its rate', () => {
    expect(new TokenBucket({ perSecond: 10, burst: 0 }, 0).capacity).toBe(10);
    expect(new TokenBucket({ perSecond: 0.5, burst: 0 }, 0).capacity).toBe(1);
  });

  test('holds no more than its burst for who was told when to come and did not', () => {
    const bucket = new TokenBucket({ perSecond: 1000, burst: 5 }, 0);
    while (bucket.take(0));
    expect(bucket.waitMs(0)).toBeGreaterThan(0);
    let passed = 0;
    while (bucket.take(60_000)) passed += 1;
    expect(passed).toBe(5);
  });

  test('a token given back can be taken again and never overfills', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    bucket.take(0);
    bucket.giveBack(0);
    bucket.giveBack(0);
    expect([bucket.take(0), bucket.take(0)]).toEqual([true, false]);
  });

  test.each([3, 7.5, 70, 333, 1000, 7000])(
    'at %d a second a minute lets just so many pass to who comes in whole milliseconds',
    (perSecond) => {
      const bucket = new TokenBucket({ perSecond, burst: 1 }, 0);
      let passed = 0;
      for (let nowMs = 0; nowMs < 60_000; nowMs += Math.max(1, Math.ceil(bucket.waitMs(nowMs)))) {
        while (bucket.take(nowMs)) passed += 1;
      }
      expect(passed / (perSecond * 60)).toBeGreaterThan(0.99);
      expect(passed / (perSecond * 60)).toBeLessThan(1.01);
    },
  );

  test('over any run of takes no more pass than burst plus rate times time', () => {
    const cases = property(
      integer({ min: 1, max: 1000 }),
      integer({ min: 1, max: 100 }),
      array(nat(500), { maxLength: 300 }),
      (perSecond, burst, gapsMs) => {
        const bucket = new TokenBucket({ perSecond, burst }, 0);
        let nowMs = 0;
        let passed = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          if (bucket.take(nowMs)) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(burst + (nowMs * perSecond) / 1000 + 1e-6);
      },
    );
    assert(cases);
  });

  test('after the wait it names, a token is there', () => {
    const cases = property(
      integer({ min: 1, max: 1000 }),
      array(nat(100), { maxLength: 50 }),
      (perSecond, gapsMs) => {
        const bucket = new TokenBucket({ perSecond, burst: 1 }, 0);
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          bucket.take(nowMs);
        }
        expect(bucket.take(nowMs + bucket.waitMs(nowMs) + 1e-6)).toBe(true);
      },
    );
    assert(cases);
  });
});
