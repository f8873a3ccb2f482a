import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted, circuitOf, deadLetterReasons } from './support/resilience.ts';

/** Sixty times faster than the defaults. */
const FASTER = {
  config: {
    delivery: { tries_max: 3, retry_for_ms: 60_000, backoff_base_ms: 17, backoff_cap_ms: 1000 },
  },
  upstream: { circuit: { open_ms: 83, open_max_ms: 1000, window_ms: 1000 } },
} as const;

/** Five minutes, as fast. */
const OUTAGE_MS = 5000;

describe.skipIf(await isMissing('kafka', 'rgw'))('parking with care', () => {
  test.each([401, 403, 407])(
    'credentials refused with %i for five minutes park nothing, and the circuit says why',
    async (status) => {
      await using pipeline = await Pipeline.start({
        ...FASTER,
        rules: [{ answer: { kind: 'respond', status } }],
      });
      await using gateway = await pipeline.gateway();
      await pipeline.kafka.produce(pipeline.topic, records(500, 100));
      await waitUntil(async () => (await circuitOf(gateway)).reason.includes('credentials'), {
        what: 'the circuit to open because of credentials',
      });
      await delay(OUTAGE_MS);
      const { arrivals } = await pipeline.upstream.counts();
      // Those under way when it opened, and one probe for each opening.
      expect(arrivals).toBeLessThan(64 + 100);
      expect(await deadLetterReasons(pipeline)).toEqual([]);
      await pipeline.upstream.setRules([]);
      await allCommitted(pipeline);
      expect(await deadLetterReasons(pipeline)).toEqual([]);
      expect((await pipeline.upstream.counts()).byStatus['200']).toBe(500);
      expect(await gateway.stop()).toBe(0);
    },
  );

  test('a lone record that keeps getting 403 while others pass ends rejected', async () => {
    await using pipeline = await Pipeline.start({
      ...FASTER,
      rules: [{ when: { bodyIncludes: '"id":7,' }, answer: { kind: 'respond', status: 403 } }],
    });
    await using gateway = await pipeline.gateway();
    for (let run = 0; run < 20; run += 1) {
      await pipeline.kafka.produce(pipeline.topic, records(20, 20, run * 20));
      await delay(50);
    }
    await allCommitted(pipeline);
    expect(await deadLetterReasons(pipeline)).toEqual(['rejected']);
    const refused = (await pipeline.upstream.counts()).byStatus['403'] ?? 0;
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(await gateway.stop()).toBe(0);
  });

  test.each(['park', 'retry'] as const)(
    'a payment that times out after its bytes went, with ambiguous: %s',
    async (ambiguous) => {
      await using pipeline = await Pipeline.start({
        rules: [
          {
            when: { bodyIncludes: '"id":3,', attemptMax: 1 },
            answer: { kind: 'respond', status: 200, delayMs: 900 },
          },
        ],
        config: { delivery: { ambiguous } },
        upstream: { timeouts: { connect_ms: 200, read_ms: 300, global_ms: 600 } },
      });
      await using gateway = await pipeline.gateway();
      await pipeline.kafka.produce(pipeline.topic, records(10, 10));
      await allCommitted(pipeline);
      const ledger = await pipeline.upstream.ledger();
      const paid = ledger.filter(({ key }) => key === 'key-3');
      expect(paid).toHaveLength(ambiguous === 'park' ? 1 : 2);
      expect(new Set(paid.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect(await deadLetterReasons(pipeline)).toEqual(ambiguous === 'park' ? ['ambiguous'] : []);
      expect(await gateway.stop()).toBe(0);
    },
  );
});
