import process from 'node:process';

import { waitUntil } from '@netscope/test-support';
import { isMissing, RealRgw } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 8_000;
/** Two runs on a busy machine differ by themselves; a run that waited for RGW would never end. */
const SLOWER_AT_MOST = 1.35;

describe.skipIf(await isMissing('kafka', 'rgw'))('RGW stopped for the whole run', () => {
  test('slows nothing down, and every object arrives after', { timeout: 240_000 }, async () => {
    await using rgw = await RealRgw.start();
    await using pipeline = await Pipeline.start({ rgw });
    const withStoreMs = await timeToDeliver(pipeline, 0);
    await rgw.stopRgw();
    const withoutStoreMs = await timeToDeliver(pipeline, RECORDS);
    process.stdout.write(`without RGW / with RGW: ${(withoutStoreMs / withStoreMs).toFixed(2)}\n`);
    expect(withoutStoreMs / withStoreMs).toBeLessThan(SLOWER_AT_MOST);

    await rgw.startRgw();
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
    expect(new Set(completed.map(placeOf)).size).toBe(2 * RECORDS);
  });
});

interface AuditAnswer {
  readonly data: { readonly spool_depth: number };
}

/** From the start of the gateway until the last of `RECORDS` is committed, ms; it is stopped after. */
async function timeToDeliver(pipeline: Pipeline, from: number): Promise<number> {
  await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500, from));
  await using gateway = await pipeline.gateway(pipeline.folder);
  const startedMs = performance.now();
  await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
    what: 'every record to be committed',
    timeoutMs: 90_000,
    everyMs: 20,
  });
  const elapsedMs = performance.now() - startedMs;
  expect(await gateway.stop()).toBe(0);
  return elapsedMs;
}
