import { FaultProxy, type GatewayProcess, waitUntil } from '@netscope/test-support';
import {
  HeadlessChromium,
  isMissing,
  type RecordToProduce,
  sharedRgw,
} from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { layoutFaults } from './support/layout-faults.ts';
import { tellRest, untilPageTells } from './support/page-tells.ts';
import { openPage } from './support/page.ts';
import { Pipeline } from './support/pipeline.ts';
import { allCommitted } from './support/resilience.ts';

const QUICK = 100;
const SLOW = 20;
const REFUSED = 20;
const UNSHIPPED = 30;
const HELD = 60;
const IN_FLIGHT_MAX = 8;
const SLOW_MS = 300;
/** Longer than the test: what has no answer stays in flight. */
const NEVER_MS = 120_000;

describe.skipIf(await isMissing('kafka', 'rgw', 'chromium'))('the page of a gateway', () => {
  test(
    'shows what REST says, idle, and with calls held, records behind and the audit store away',
    { timeout: 200_000 },
    async () => {
      const rgw = await sharedRgw();
      await using store = await FaultProxy.start({
        targetPort: Number(new URL(rgw.address.endpoint).port),
      });
      await using chromium = await HeadlessChromium.start();
      await using pipeline = await Pipeline.start({
        rules: [
          { when: { bodyIncludes: 'refused' }, answer: { kind: 'respond', status: 400 } },
          { when: { bodyIncludes: 'held' }, answer: { kind: 'silence' } },
          {
            when: { bodyIncludes: 'slow' },
            answer: { kind: 'respond', status: 200, delayMs: SLOW_MS },
          },
        ],
        config: {
          http: { rate_limit: { per_second: 10_000 } },
          audit: { rgw: { endpoint: `http://${store.address}` } },
        },
        upstream: {
          timeouts: { connect_ms: 5000, read_ms: NEVER_MS, global_ms: NEVER_MS },
          bulkhead: { in_flight: IN_FLIGHT_MAX },
        },
      });
      await using gateway = await pipeline.gateway();
      const { page, complaints } = await openPage(chromium, gateway.origin);

      await produce(pipeline, { quick: QUICK, slow: SLOW, refused: REFUSED });
      await allCommitted(pipeline);
      await untilPageTells(page, gateway);
      await expectTheTruth(pipeline, gateway);

      await store.refuse();
      await produce(pipeline, { unshipped: UNSHIPPED });
      await allCommitted(pipeline);
      await produce(pipeline, { held: HELD });
      await waitUntil(async () => (await pipeline.upstream.counts()).inFlight === IN_FLIGHT_MAX, {
        what: 'calls to be held by the upstream',
      });
      await untilPageTells(page, gateway);
      await expectTheTruthOfStocks(pipeline, gateway);

      await page.locator('.call-line').first().click();
      await page.locator('.attempts').waitFor();
      expect(await layoutFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

/** So many records of each kind, all with keys of their own. */
async function produce(
  pipeline: Pipeline,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const records = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index): RecordToProduce => {
      const name = `${kind}-${index}`;
      return { key: name, value: JSON.stringify({ name }) };
    }),
  );
  await pipeline.kafka.produce(pipeline.topic, records);
}

/** What came of the calls, known from what the upstream was told to do. */
async function expectTheTruth(pipeline: Pipeline, gateway: GatewayProcess): Promise<void> {
  const { metrics } = await tellRest(gateway);
  const all = QUICK + SLOW + REFUSED;
  expect(metrics).toMatchObject({ requests: all, errors: REFUSED, inflight_requests: 0 });
  expect(metrics.error_rate).toBeCloseTo(REFUSED / all, 5);
  expect(metrics.latency_ms.p50).toBeGreaterThan(0);
  expect(metrics.latency_ms.p95).toBeGreaterThanOrEqual(SLOW_MS);
  expect(metrics.latency_ms.p99).toBeGreaterThanOrEqual(metrics.latency_ms.p95 ?? Infinity);
  expect(metrics.records).toMatchObject({ delivered: QUICK + SLOW, parked: REFUSED });
  expect(await pipeline.kafka.lag(pipeline.group, pipeline.topic)).toBe(metrics.source.lag_records);
}

/** What stands still, as broker and upstream know it. */
async function expectTheTruthOfStocks(pipeline: Pipeline, gateway: GatewayProcess): Promise<void> {
  const { metrics, resilience, partitions, audit } = await tellRest(gateway);
  const partner = resilience.upstreams['partner'];
  expect(await pipeline.kafka.lag(pipeline.group, pipeline.topic)).toBe(HELD);
  expect(metrics.source.lag_records).toBe(HELD);
  expect(partitions.partitions.map(({ lag_records: lag }) => lag)).toHaveLength(4);
  expect((await pipeline.upstream.counts()).inFlight).toBe(IN_FLIGHT_MAX);
  expect(partner?.bulkhead.in_flight).toBe(IN_FLIGHT_MAX);
  expect(partner?.bulkhead.queue_depth).toBe(HELD - IN_FLIGHT_MAX);
  expect(metrics.queue_depth).toBe(HELD - IN_FLIGHT_MAX);
  expect(audit.spool_depth).toBeGreaterThanOrEqual(UNSHIPPED);
  expect(audit.state).not.toBe('up');
}
