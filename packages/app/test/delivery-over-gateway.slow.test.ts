import { respond } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { DeliveryRig } from './support/delivery-rig.ts';

// The engine waits for a record, the gateway for an upstream. Each alone is tested where it is; here
// they wait for the same thing together.

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Of the clock, through a day. */
const STEP_MS = 5 * SECOND_MS;
/** More than may be in flight, so that some wait for others too. */
const RECORDS = 24;
const IN_FLIGHT = 16;

/** One try that is spent parks. */
const ONE_TRY = { tries_max: 1, retry_for_ms: 0, park_guard: { ratio: 1 } };

describe('a storm of 429 for an hour', () => {
  test.each([
    // At once, and each half minute up to the end of the hour.
    { told: '30', waves: 1 + 120 },
    // After waits of 1, 2, 4, 8, 16 and 32 s, and from then on of 60 s: at 0, 1, 3 ... 63, 123 ... 3,603 s.
    { told: undefined, waves: 6 + 60 },
  ])(
    'with Retry-After $told costs one wait for all, no try, and no record before throttled_max_ms',
    async ({ told, waves }) => {
      await using rig = await DeliveryRig.start({
        answer: respond(429, told === undefined ? {} : { 'retry-after': told }),
        delivery: ONE_TRY,
        upstream: { bulkhead: { in_flight: IN_FLIGHT } },
      });
      rig.take(RECORDS);
      await rig.settled();
      while (rig.nowMs < HOUR_MS - SECOND_MS) {
        await rig.run(SECOND_MS, SECOND_MS);
        // What all in backoff wait for, what the intake waits for, and the last attempts' deadline.
        expect(rig.clock.pendingTimers).toBeLessThanOrEqual(3);
      }
      expect(rig.letters).toEqual([]);
      expect(rig.engine.status()).toMatchObject({ recordsWaiting: RECORDS, delivered: 0 });
      await rig.run(3 * SECOND_MS + SECOND_MS, SECOND_MS);
      expect(rig.arrivalsMs).toHaveLength(waves * IN_FLIGHT);
      expect(rig.letters.length).toBeGreaterThan(0);
      await rig.run(5 * MINUTE_MS, SECOND_MS);
      const ends = rig.letters.map((one) => [one.reason, one.tries, one.status, one.errorCode]);
      expect(ends).toEqual(
        Array.from({ length: RECORDS }, () => ['throttled', 0, 429, 'UPSTREAM_THROTTLED']),
      );
    },
  );

  test.each(['30', undefined])(
    'with Retry-After %s is over for all within one wait of its end',
    async (told) => {
      await using rig = await DeliveryRig.start({
        answer: respond(429, told === undefined ? {} : { 'retry-after': told }),
        delivery: ONE_TRY,
        upstream: { bulkhead: { in_flight: IN_FLIGHT } },
      });
      rig.take(RECORDS);
      await rig.settled();
      await rig.run(20 * MINUTE_MS, SECOND_MS);
      const before = rig.arrivalsMs.length;
      rig.answer = respond(200);
      await rig.run(MINUTE_MS, SECOND_MS);
      expect(rig.engine.status()).toMatchObject({ delivered: RECORDS, recordsWaiting: 0 });
      expect(rig.arrivalsMs).toHaveLength(before + RECORDS);
      expect(rig.letters).toEqual([]);
    },
  );
});

describe('a quiet topic through an outage of a day', () => {
  test.each([
    { what: 'one record alone', everyMs: DAY_MS },
    { what: 'a record a minute', everyMs: MINUTE_MS },
  ])('parks nothing: $what', async ({ everyMs }) => {
    // No deadline may lie inside a step of the clock: the request could not leave before it.
    const timeouts = { read_ms: 2 * STEP_MS, global_ms: 2 * STEP_MS };
    await using rig = await DeliveryRig.start({ answer: respond(503), upstream: { timeouts } });
    let taken = 0;
    for (; rig.nowMs < DAY_MS; taken += 1) {
      rig.take(1);
      await rig.settled();
      await rig.run(everyMs, STEP_MS);
    }
    // Probes, a minute or two apart all day.
    expect(rig.arrivalsMs.length).toBeGreaterThan(500);
    expect(rig.letters).toEqual([]);
    rig.answer = respond(200);
    await rig.run(2 * MINUTE_MS, SECOND_MS);
    expect(rig.engine.status()).toMatchObject({ delivered: taken, parked: 0, recordsWaiting: 0 });
  });
});

test.each([
  { burst: 1, records: 100 },
  { burst: 20, records: 400 },
])(
  'a rate limit lets no more pass in any span than its burst of $burst and what the span earns',
  async ({ burst, records }) => {
    const perMs = 0.02;
    await using rig = await DeliveryRig.start({
      answer: respond(200),
      upstream: { rate_limit: { per_second: perMs * SECOND_MS, burst } },
    });
    rig.take(records);
    await rig.settled();
    while (rig.engine.status().delivered < records) await rig.run(10, 10);
    expect(rig.arrivalsMs).toHaveLength(records);
    expect(rig.nowMs).toBeLessThan((records - burst + 1) / perMs);
    for (const [first, fromMs] of rig.arrivalsMs.entries()) {
      const mosts = rig.arrivalsMs.slice(first).map((toMs, more) => {
        // One more for a taker who was told when, and came late, and for the step of the clock.
        return more + 1 - (burst + (toMs - fromMs) * perMs + 1);
      });
      expect(Math.max(...mosts)).toBeLessThan(1e-6);
    }
  },
);
