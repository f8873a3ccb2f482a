import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted } from './support/resilience.ts';

const RECORDS = 2000;
const IN_FLIGHT_MAX = 64;
/** None of them is over while the test runs: only the second signal ends what it waits for. */
const LONG_MS = 120_000;
const AT_ONCE_MS = 10_000;
const SECOND_SIGNAL = 130;

describe.skipIf(await isMissing('kafka', 'rgw'))('a second SIGINT under load', () => {
  test(
    'ends at once, with 130, the drain that the first began; the next start loses nothing',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        rules: [{ answer: { kind: 'silence' } }],
        config: { shutdown: { drain_ms: LONG_MS } },
        upstream: {
          timeouts: { connect_ms: 5000, read_ms: LONG_MS, global_ms: LONG_MS },
          bulkhead: { in_flight: IN_FLIGHT_MAX },
        },
      });
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500));
      await using first = await pipeline.gateway(pipeline.folder);
      await waitUntil(async () => (await pipeline.upstream.counts()).inFlight === IN_FLIGHT_MAX, {
        what: 'as many calls without an answer as there may be',
      });

      first.signal('SIGINT');
      await waitUntil(async () => (await readinessOf(first)).phase === 'draining', {
        what: 'the drain to begin',
      });
      expect(first.end).toBeUndefined();
      const askedMs = performance.now();
      first.signal('SIGINT');
      expect(await first.ended).toBe(SECOND_SIGNAL);
      expect(performance.now() - askedMs).toBeLessThan(AT_ONCE_MS);
      expect((await pipeline.upstream.counts()).arrivals).toBe(IN_FLIGHT_MAX);

      await pipeline.upstream.setRules([]);
      await using second = await pipeline.gateway(pipeline.folder);
      await allCommitted(pipeline);
      expect((await pipeline.upstream.counts()).keys).toBe(RECORDS);
      expect(await second.stop()).toBe(0);
    },
  );
});

interface Readiness {
  readonly phase: string;
}

/** Told with a 503 while the gateway drains. */
async function readinessOf(gateway: GatewayProcess): Promise<Readiness> {
  const answer = await gateway.get<{ readonly error?: { readonly details: Readiness } }>(
    '/v1/health/ready',
  );
  return answer.error?.details ?? { phase: 'running' };
}
