import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, deadLetterReasons } from '../support/resilience.ts';

// Guards against waits that add up: a peer whose 64 requests in flight each got one 429 with
// `Retry-After: 2` slept for each of them in turn, up to 300 s.

describe.skipIf(await isMissing('kafka', 'rgw'))('64 in flight that all get one 429', () => {
  test.each([
    { retryAfter: '2', leastMs: 1900 },
    { retryAfter: undefined, leastMs: 400 },
  ])(
    'with Retry-After $retryAfter are done a few seconds later, and no try was spent',
    async ({ retryAfter, leastMs }) => {
      await using pipeline = await Pipeline.start({
        rules: [
          {
            when: { attemptMax: 1 },
            answer: {
              kind: 'respond',
              status: 429,
              ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
              delayMs: 100,
            },
          },
        ],
        // A busy machine must not add failures of its own.
        upstream: { timeouts: { connect_ms: 5000, read_ms: 5000, global_ms: 10_000 } },
        config: {
          // Any try that is spent parks.
          delivery: { tries_max: 1, retry_for_ms: 0, backoff_base_ms: 500, backoff_cap_ms: 5000 },
        },
      });
      await using gateway = await pipeline.gateway();
      await pipeline.kafka.produce(pipeline.topic, records(64, 64));
      await allCommitted(pipeline);
      const ledger = await pipeline.upstream.ledger();
      const tookMs = (ledger.at(-1)?.atMs ?? Infinity) - (ledger[0]?.atMs ?? 0);
      expect(tookMs).toBeLessThan(6000);
      expect(tookMs).toBeGreaterThan(leastMs);
      expect(await deadLetterReasons(pipeline)).toEqual([]);
      expect(ledger.filter(({ status }) => status === 200)).toHaveLength(64);
      // One wait each: the call that was throttled, and the one after it.
      expect(ledger).toHaveLength(128);
      expect(await gateway.stop()).toBe(0);
    },
  );
});
