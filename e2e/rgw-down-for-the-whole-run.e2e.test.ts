import process from 'node:process';

import { waitUntil } from '@netscope/test-support';
import { isMissing, RealRgw } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 8_000;
/** The better of two runs each: two on a busy machine differ by themselves. */
const SLOWER_AT_MOST = 1.3;

describe.skipIf(await isMissing('kafka', 'rgw'))('RGW stopped for the whole run', () => {
  test('slows nothing down, and every object arrives after', { timeout: 240_000 }, async () => {
    await using rgw = await RealRgw.start();
    await using pipeline = await Pipeline.start({ rgw, config: { shutdown: { drain_ms: 5000 } } });
    const withStoreMs = await timeToDeliver(pipeline, 0);
    await rgw.stopRgw();
    const withoutStoreMs = [await timeToDeliver(pipeline, 1), await timeToDeliver(pipeline, 2)];
    await rgw.startRgw();
    const bestWithStoreMs = Math.min(withStoreMs, await timeToDeliver(pipeline, 3));
    const ratio = Math.min(...withoutStoreMs) / bestWithStoreMs;
    process.stdout.write(`without RGW / with RGW: ${ratio.toFixed(2)}\n`);
    expect(ratio).toBeLessThan(SLOWER_AT_MOST);

    await using gateway = await pipeline.gateway(pipeline.folder);
    await waitUntil(
      async () => (await gateway.get<AuditAnswer>('/v1/audit/status')).data.spool_depth === 0,
      {
        what: 'the backlog to be shipped',
        timeoutMs: 90_000,
        everyMs: 250,
      },
    );
    expect(await gateway.stop()).toBe(0);
    const trail = await readTrail(rgw, pipeline.bucket);
    const completed = trail.filter(({ event_type }) => event_type === 'request.completed');
    expect(new Set(completed.map(placeOf)).size).toBe(4 * RECORDS);
  });
});

interface AuditAnswer {
  readonly data: { readonly spool_depth: number };
}

/** From the first of `RECORDS` at the upstream to the last, ms; all are committed and it is stopped. */
async function timeToDeliver(pipeline: Pipeline, run: number): Promise<number> {
  await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500, run * RECORDS));
  await pipeline.upstream.clear();
  await using gateway = await pipeline.gateway(pipeline.folder);
  await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
    what: 'every record to be committed',
    timeoutMs: 90_000,
  });
  const ledger = await pipeline.upstream.ledger();
  expect(await gateway.stop()).toBe(0);
  return (ledger.at(-1)?.atMs ?? 0) - (ledger[0]?.atMs ?? 0);
}
