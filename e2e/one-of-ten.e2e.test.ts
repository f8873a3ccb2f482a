import process from 'node:process';

import { UpstreamProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';

const DESTINATIONS = 10;
const PARTITIONS = 12;
/** NETSCOPE_BURST=200000 for the whole burst that the waiting room is sized for. */
const RECORDS = Number(process.env['NETSCOPE_BURST'] ?? 30_000);
/** The aim is a tenth; two gateways side by side on one busy machine differ by as much themselves. */
const SLOWER_AT_MOST = 1.25;

type Tenth = 'well' | 'refusing' | 'slow';

// Guards against a backlog that stops everybody: with one destination of ten answering 503 a peer
// stopped altogether, and with one that takes 2 s all ten slowed down to its rate.

describe.skipIf(await isMissing('kafka', 'rgw'))('one destination of ten', () => {
  test.each(['refusing', 'slow'] as const)(
    'that is %s holds up none of the others, all in one topic',
    { timeout: RECORDS * 10 },
    async (tenth) => {
      // Side by side, so that whatever else the machine does slows both.
      const [well, beside] = await Promise.all([othersTookMs('well'), othersTookMs(tenth)]);
      process.stdout.write(
        `[figure] ${RECORDS} records, nine of ten: ${well} ms, beside one that is ${tenth} ${beside} ms\n`,
      );
      expect(beside / well).toBeLessThan(SLOWER_AT_MOST);
    },
  );
});

/** From the first call of the nine to their last, ms, with the tenth as said. */
async function othersTookMs(tenth: Tenth): Promise<number> {
  await using pipeline = await Pipeline.start({ partitions: PARTITIONS });
  await using other = await UpstreamProcess.start({
    rules: tenth === 'slow' ? [{ answer: { kind: 'respond', status: 200, delayMs: 2000 } }] : [],
  });
  if (tenth === 'refusing') await other.refuse();
  const names = Array.from({ length: DESTINATIONS }, (_, index) => `u${index}`);
  const upstreams = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        origin: index === 0 ? other.origin : pipeline.upstream.origin,
        timeouts: { connect_ms: 500, read_ms: 3000, global_ms: 4000 },
      },
    ]),
  );
  const routes = names.map((name) => ({
    name,
    topics: [pipeline.topic],
    match: { headers: { to: name } },
    upstream: name,
    request: { method: 'POST', path: '/' },
  }));
  const others = RECORDS - RECORDS / DESTINATIONS;
  await produce(pipeline, names);
  await using gateway = await pipeline.gateway(undefined, { upstreams, routes });
  await waitUntil(async () => (await pipeline.upstream.counts()).keys >= others, {
    what: 'the nine to have all theirs',
    timeoutMs: RECORDS * 4,
    everyMs: 50,
  });
  const ledger = await pipeline.upstream.ledger();
  await gateway.kill();
  return Math.round((ledger.at(-1)?.atMs ?? 0) - (ledger[0]?.atMs ?? 0));
}

async function produce(pipeline: Pipeline, names: readonly string[]): Promise<void> {
  const batch = 5000;
  for (let from = 0; from < RECORDS; from += batch) {
    await pipeline.kafka.produce(
      pipeline.topic,
      Array.from({ length: Math.min(batch, RECORDS - from) }, (_, index) => ({
        key: `key-${(from + index) % 10_000}`,
        value: JSON.stringify({ id: from + index, note: 'x'.repeat(400) }),
        headers: { to: names[(from + index) % names.length] ?? '' },
      })),
    );
  }
}
