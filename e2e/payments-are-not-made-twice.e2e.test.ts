import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted, deadLetterReasons } from './support/resilience.ts';

const PAYMENTS = 8;
const PARTITIONS = 4;

/** Guards against the second call of a payment whose first the end of a process cut off. */
describe.skipIf(await isMissing('kafka', 'rgw'))('with `ambiguous: park`, a payment', () => {
  test.each(['kill', 'stop'] as const)(
    'that its upstream never answered is parked after a %s, and not made again',
    async (end) => {
      await using pipeline = await start();
      await using first = await pipeline.gateway(pipeline.folder);
      await untilAllArrived(pipeline);
      await first[end]();
      await pipeline.upstream.setRules([]);
      await using next = await pipeline.gateway(pipeline.folder);
      await expectParked(pipeline);
      expect(await next.stop()).toBe(0);
    },
  );

  test('is parked by whoever has its partition after a `kill -9` of one of two', async () => {
    await using pipeline = await start();
    await using first = await pipeline.gateway(pipeline.folder);
    await untilAllArrived(pipeline);
    await first.kill();
    await pipeline.upstream.setRules([]);
    const node = { service: { name: 'netscope', node: 'netscope-1' } };
    // It waits for the dead one's session, unless the next leaves in its name.
    const others: Promise<GatewayProcess> = pipeline.gateway(undefined, node);
    await using next = await pipeline.gateway(pipeline.folder);
    await using other = await others;
    await expectParked(pipeline);
    expect(next.logs.map(({ event }) => event)).toContain('kafka.committed_as_former');
    expect([await next.stop(), await other.stop()]).toEqual([0, 0]);
  });
});

async function start(): Promise<Pipeline> {
  const pipeline = await Pipeline.start({
    partitions: PARTITIONS,
    rules: [{ answer: { kind: 'silence' } }],
    config: { delivery: { ambiguous: 'park' }, shutdown: { drain_ms: 2000 } },
    upstream: { timeouts: { connect_ms: 200, read_ms: 60_000, global_ms: 60_000 } },
  });
  await pipeline.kafka.produce(pipeline.topic, records(PAYMENTS, PAYMENTS));
  return pipeline;
}

async function untilAllArrived(pipeline: Pipeline): Promise<void> {
  await waitUntil(async () => (await pipeline.upstream.counts()).arrivals === PAYMENTS, {
    what: 'every payment to arrive',
  });
}

async function expectParked(pipeline: Pipeline): Promise<void> {
  await allCommitted(pipeline);
  expect(await deadLetterReasons(pipeline)).toEqual(
    Array.from({ length: PAYMENTS }, () => 'ambiguous'),
  );
  expect((await pipeline.upstream.counts()).arrivals).toBe(PAYMENTS);
}
