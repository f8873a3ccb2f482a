import { isThrottle, readRetryAfter, ThrottleHold } from '@netscope/domain';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';

const wallMs = Date.parse('2026-11-21T08:49:00Z');
const bounds = { wallMs, capMs: 60_000 };

describe('Retry-After', () => {
  test.each([
    ['seconds', '7', 7000],
    ['a date', 'Sat, 21 Nov 2026 08:49:37 GMT', 37_000],
    ['an obsolete date', 'Saturday, 21-Nov-26 08:49:37 GMT', 37_000],
    ['an asctime date', 'Sat Nov 21 08:49:37 2026', 37_000],
    ['more than the cap', '3600', 60_000],
    ['more than any clock holds', '1000000000000', 60_000],
    ['more than a number holds', '9'.repeat(400), 60_000],
    ['nothing', '0', 100],
    ['a date that is past', 'Sat, 21 Nov 2026 08:00:00 GMT', 100],
  ])('reads %s', (_what, text, waitMs) => {
    expect(readRetryAfter(text, bounds)).toBe(waitMs);
  });

  test.each([undefined, '', 'soon', '-1', '1.5', '1e3', '2026-11-21', 'Sat, 99 Xyz 2026'])(
    'tells nothing by %o',
    (text) => {
      expect(readRetryAfter(text, bounds)).toBeUndefined();
    },
  );

  test('whatever it says, the wait is within its bounds or unknown', () => {
    const cases = property(string(), (text) => {
      const waitMs = readRetryAfter(text, bounds) ?? 100;
      expect(waitMs).toBeGreaterThanOrEqual(100);
      expect(waitMs).toBeLessThanOrEqual(60_000);
    });
    assert(cases);
  });

  test('429 always asks to wait, 503 only when it tells for how long', () => {
    expect([isThrottle(429, undefined), isThrottle(429, '1')]).toEqual([true, true]);
    expect([isThrottle(503, undefined), isThrottle(503, '1')]).toEqual([false, true]);
    expect(isThrottle(500, '1')).toBe(false);
  });
});

describe('ThrottleHold', () => {
  const hold = (): ThrottleHold => new ThrottleHold({ baseMs: 1000, capMs: 60_000 });

  test('ten concurrent answers make one wait', () => {
    const told = hold();
    const untold = hold();
    for (let answer = 0; answer < 10; answer += 1) {
      told.throttled({ retryAfterMs: 2000, admittedAtMs: 0 }, 10);
      untold.throttled({ retryAfterMs: undefined, admittedAtMs: answer }, 10);
    }
    expect(told.remainingMs(10)).toBe(2000);
    expect(untold.remainingMs(10)).toBe(1000);
  });

  test('where no time is told, waits double until an answer flows again', () => {
    const one = hold();
    const waits = [0, 2000, 6000, 12_000].map((nowMs) => {
      one.throttled({ retryAfterMs: undefined, admittedAtMs: nowMs }, nowMs);
      return one.remainingMs(nowMs);
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000]);
    one.flowed(30_000);
    one.throttled({ retryAfterMs: undefined, admittedAtMs: 40_000 }, 40_000);
    expect(one.remainingMs(40_000)).toBe(1000);
  });

  test('a later answer prolongs a wait and never shortens it', () => {
    const one = hold();
    one.throttled({ retryAfterMs: 5000, admittedAtMs: 0 }, 0);
    one.throttled({ retryAfterMs: 1000, admittedAtMs: 0 }, 1000);
    expect(one.remainingMs(1000)).toBe(4000);
    one.throttled({ retryAfterMs: 8000, admittedAtMs: 0 }, 1000);
    expect(one.remainingMs(1000)).toBe(8000);
  });
});
