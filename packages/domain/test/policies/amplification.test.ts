import { Amplification } from '@netscope/domain';
import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('amplification', () => {
  test('is 1 before any call, and where nothing is repeated', () => {
    const amplification = new Amplification(0);
    expect(amplification.ratio(0)).toBe(1);
    amplification.hear(1, 10);
    expect(amplification.ratio(20)).toBe(1);
  });

  test('is attempts over calls', () => {
    const amplification = new Amplification(0);
    for (const attempts of [1, 2, 3]) amplification.hear(attempts, 10);
    expect(amplification.ratio(10)).toBe(2);
  });

  test('a call in which no attempt began does not count', () => {
    const amplification = new Amplification(0);
    amplification.hear(2, 10);
    amplification.hear(0, 10);
    expect(amplification.ratio(10)).toBe(2);
  });

  test('forgets what ended more than a minute ago', () => {
    const amplification = new Amplification(0);
    amplification.hear(3, 0);
    expect(amplification.ratio(29_999)).toBe(3);
    amplification.hear(1, 31_000);
    expect(amplification.ratio(31_000)).toBe(2);
    amplification.hear(1, 61_500);
    expect(amplification.ratio(61_500)).toBe(1);
    expect(amplification.ratio(500_000)).toBe(1);
  });

  test('lies between the least and the most of the calls it heard', () => {
    const calls = array(
      record({ attempts: integer({ min: 1, max: 9 }), afterMs: integer({ min: 0, max: 20_000 }) }),
      { minLength: 1 },
    );
    assert(
      property(calls, (heard) => {
        const amplification = new Amplification(0);
        let nowMs = 0;
        for (const { attempts, afterMs } of heard) {
          nowMs += afterMs;
          amplification.hear(attempts, nowMs);
          const ratio = amplification.ratio(nowMs);
          expect(ratio).toBeGreaterThanOrEqual(1);
          expect(ratio).toBeLessThanOrEqual(Math.max(...heard.map((one) => one.attempts)));
        }
      }),
    );
  });
});
