import { setTimeout as delay } from 'node:timers/promises';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const OUTAGE_MS = 20_000;

interface ResilienceAnswer {
  readonly data: {
    readonly upstreams: Readonly<Record<string, { readonly circuit: { readonly state: string } }>>;
  };
}

describe.skipIf(await isMissing('kafka', 'rgw'))('an upstream that is dead', () => {
  test(
    'opens the circuit; its records wait and are all delivered after',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        upstream: { circuit: { open_ms: 1000, open_max_ms: 4000 } },
      });
      await using gateway = await pipeline.gateway();
      await pipeline.kafka.produce(pipeline.topic, records(500, 100));
      await waitUntil(async () => (await pipeline.upstream.counts()).keys === 500, {
        what: 'a good start',
      });

      await pipeline.upstream.refuse();
      await pipeline.kafka.produce(pipeline.topic, records(2000, 400, 500));
      await waitUntil(async () => (await circuitOf(gateway)) === 'open', {
        what: 'the circuit to open',
      });
      const begun = await attempts(gateway);
      await delay(OUTAGE_MS);
      const spent = (await attempts(gateway)) - begun;
      // One probe every one to four seconds, each of at most two attempts, and who was in flight.
      expect(spent).toBeLessThanOrEqual(64);
      await pipeline.upstream.accept();

      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'every record to be committed',
          timeoutMs: 90_000,
          everyMs: 250,
        },
      );
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      expect((await pipeline.upstream.counts()).keys).toBe(2500);
      expect(await circuitOf(gateway)).toBe('closed');
      expect(await gateway.stop()).toBe(0);
    },
  );

  test(
    'parks nothing at a trickle of one record every 5 s for 10 minutes (60 times faster)',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        rules: [{ answer: { kind: 'respond', status: 503 } }],
        config: { delivery: { retry_for_ms: 60_000, backoff_base_ms: 17, backoff_cap_ms: 1000 } },
        upstream: { circuit: { open_ms: 83, open_max_ms: 1000, window_ms: 1000 } },
      });
      await using gateway = await pipeline.gateway();
      const trickle = records(120, 120);
      for (const one of trickle) {
        await pipeline.kafka.produce(pipeline.topic, [one]);
        await delay(83);
      }
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      await pipeline.upstream.setRules([]);
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'every record to be committed',
          timeoutMs: 60_000,
        },
      );
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      expect(await gateway.stop()).toBe(0);
    },
  );
});

async function circuitOf(gateway: { get: <T>(route: string) => Promise<T> }): Promise<string> {
  const answer = await gateway.get<ResilienceAnswer>('/v1/resilience/state');
  return answer.data.upstreams['partner']?.circuit.state ?? '';
}

async function attempts(gateway: { getText: (route: string) => Promise<string> }): Promise<number> {
  return counterTotal(await gateway.getText('/metrics'), 'netscope_attempts_total');
}
