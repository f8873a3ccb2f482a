import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { FaultProxy, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from '../support/audit-trail.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted } from '../support/resilience.ts';

/**
 * NETSCOPE_STORE_DOWN_MS=600000 is the whole proof, ten minutes as they are. The short form is thirty
 * times faster: segments are sealed each second instead of each 30, and records come at thirty times
 * the rate, so that what ten minutes leave in the spool is there, in as many segments. What cannot be
 * made faster is the wait between two puts, which has come to its minute after ten minutes and to half
 * of that here; that the store is asked each minute for hours, and all is shipped in order within one
 * of it being back, is a unit test (audit-ceph/test/ship/shipper.test.ts).
 */
const DOWN_MS = Number(process.env['NETSCOPE_STORE_DOWN_MS'] ?? 20_000);
const TEN_MINUTES_MS = 600_000;
const FASTER = TEN_MINUTES_MS / DOWN_MS;
/** The default, as fast. */
const SEGMENT_AGE_MS = 30_000 / FASTER;
/** At 30 a second for ten minutes. */
const RECORDS = 18_000;
const CHUNKS = 20;
/** The longest wait between two puts, and half a minute for all that there is. */
const SHIPPED_WITHIN_MS = 90_000;

/**
 * Guards against an audit store that is away for ten minutes: one peer stopped delivering, another
 * gave its events up after its last retry.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('an audit store that is down', () => {
  test(
    'holds up no record for ten minutes, and every event is in it after',
    { timeout: 2 * SHIPPED_WITHIN_MS + DOWN_MS },
    async () => {
      await using pipeline = await Pipeline.start({
        config: { audit: { segment: { age_max_ms: SEGMENT_AGE_MS } } },
      });
      const { hostname, port } = new URL(pipeline.rgw.address.endpoint);
      await using proxy = await FaultProxy.start({
        targetHost: hostname,
        targetPort: Number(port),
      });
      const { audit } = pipeline.config;
      const rgw: unknown = Reflect.get(Object(audit), 'rgw');
      const endpoint = `http://${proxy.address}`;
      await using gateway = await pipeline.gateway(undefined, {
        audit: { ...Object(audit), rgw: { ...Object(rgw), endpoint } },
      });
      await proxy.refuse();
      const chunk = RECORDS / CHUNKS;
      for (let from = 0; from < RECORDS; from += chunk) {
        await pipeline.kafka.produce(pipeline.topic, records(chunk, chunk, from));
        await delay(DOWN_MS / CHUNKS);
      }
      await allCommitted(pipeline);
      expect((await pipeline.upstream.counts()).arrivals).toBe(RECORDS);
      const { spool_depth: depth, spool_bytes: bytes } = await statusOf(gateway);
      expect(depth).toBeGreaterThanOrEqual(RECORDS);
      await proxy.heal();
      const healedAtMs = performance.now();
      await waitUntil(async () => (await statusOf(gateway)).spool_depth === 0, {
        what: 'the backlog to be shipped',
        timeoutMs: SHIPPED_WITHIN_MS,
        everyMs: 250,
      });
      const seconds = Math.round((performance.now() - healedAtMs) / 1000);
      process.stdout.write(
        `[figure] audit store down for ${DOWN_MS / 1000} s: ${depth} events, ${bytes} bytes in the spool, shipped ${seconds} s after\n`,
      );
      expect(await gateway.stop()).toBe(0);
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const completed = trail.filter(({ event_type }) => event_type === 'request.completed');
      expect(completed).toHaveLength(RECORDS);
      expect(new Set(completed.map(placeOf)).size).toBe(RECORDS);
    },
  );
});

interface AuditAnswer {
  readonly data: { readonly spool_depth: number; readonly spool_bytes: number };
}

async function statusOf(gateway: {
  get: <T>(route: string) => Promise<T>;
}): Promise<AuditAnswer['data']> {
  return (await gateway.get<AuditAnswer>('/v1/audit/status')).data;
}
