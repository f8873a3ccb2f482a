import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 6000;
const DRAIN_MS = 10_000;
/** Fewer than the default, so that it is reached on a slow machine too. */
const IN_FLIGHT_MAX = 24;

describe.skipIf(await isMissing('kafka', 'rgw'))('SIGTERM under load', () => {
  test(
    'exits 0 inside the drain budget; nothing in flight is lost or repeated',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        rules: [{ answer: { kind: 'respond', status: 200, delayMs: 20 } }],
        config: { shutdown: { drain_ms: DRAIN_MS } },
        upstream: { bulkhead: { in_flight: IN_FLIGHT_MAX } },
      });
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500));
      await using first = await pipeline.gateway(pipeline.folder);
      await waitUntil(async () => (await pipeline.upstream.counts()).keys >= RECORDS / 3, {
        what: 'a third to arrive',
        everyMs: 10,
      });
      const stoppedMs = performance.now();
      expect(await first.stop()).toBe(0);
      expect(performance.now() - stoppedMs).toBeLessThan(DRAIN_MS);
      expect((await pipeline.upstream.counts()).inFlight).toBe(0);

      await using second = await pipeline.gateway(pipeline.folder);
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'every record to be committed',
          timeoutMs: 60_000,
        },
      );
      expect(await second.stop()).toBe(0);
      const counts = await pipeline.upstream.counts();
      expect(counts.keys).toBe(RECORDS);
      expect(counts.arrivals).toBe(RECORDS);
      expect(counts.inFlightMax).toBe(IN_FLIGHT_MAX);
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const completed = trail.filter(({ event_type }) => event_type === 'request.completed');
      expect(completed).toHaveLength(RECORDS);
      expect(new Set(completed.map(placeOf)).size).toBe(RECORDS);
      expect(trail.filter(({ event_type }) => event_type === 'system.stopped')).toHaveLength(2);
    },
  );
});
