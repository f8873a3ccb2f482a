import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { expect, test } from 'vitest';

import { ONE_FAILS } from './support/failing-record.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';

const PARTITIONS = 4;
/** The least that a broker takes. */
const SESSION_MS = 6000;
const COMMIT_MS = 100;
const EACH = 25;
/** In each partition the first fails whenever it is called, and so holds the commit. */
const FAILING = 0;

/**
 * Guards against repeats by a process that its group gave up while it was stopped, as a machine that
 * is moved or swaps: it is given back what another had meanwhile, and knew of what itself had done.
 */
test.skipIf(await isMissing('kafka', 'rgw'))(
  'a process that its group gave up, and took back, calls nothing again that another did',
  { timeout: 120_000 },
  async () => {
    await using pipeline = await Pipeline.start({
      ...ONE_FAILS,
      partitions: PARTITIONS,
      rules: [
        {
          when: { headers: { 'x-record-offset': String(FAILING) } },
          answer: { kind: 'respond', status: 503 },
        },
      ],
      config: {
        source: { kafka: { session_timeout_ms: SESSION_MS, commit_interval_ms: COMMIT_MS } },
      },
    });
    await using first = await pipeline.gateway();
    await produce(pipeline, 0);
    await untilCommitted(first, PARTITIONS * (EACH - 1));
    first.signal('SIGSTOP');
    await using second = await pipeline.gateway(undefined, {
      service: { name: 'netscope', node: 'netscope-1' },
    });
    await produce(pipeline, EACH);
    await untilCommitted(second, PARTITIONS * EACH);
    first.signal('SIGCONT');
    await waitUntil(
      async () => {
        const [one, other] = [await heldBy(first), await heldBy(second)];
        return one > 0 && other > 0 && one + other === PARTITIONS;
      },
      { what: 'both to have partitions', timeoutMs: 60_000 },
    );
    await pipeline.upstream.setRules([]);
    await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
      what: 'all to be committed',
      timeoutMs: 30_000,
    });
    expect(await repeated(pipeline)).toEqual([]);
    expect(await first.stop()).toBe(0);
    expect(await second.stop()).toBe(0);
  },
);

async function produce({ kafka, topic }: Pipeline, from: number): Promise<void> {
  await kafka.produce(
    topic,
    Array.from({ length: PARTITIONS * EACH }, (_, index) => ({
      partition: index % PARTITIONS,
      key: `key-${from}-${index}`,
      value: '{}',
    })),
  );
}

/** So many are delivered, and known to the group. */
async function untilCommitted(gateway: GatewayProcess, count: number): Promise<void> {
  const delivered = async (): Promise<number> => {
    const text = await gateway.getText('/metrics');
    return counterTotal(text, 'netscope_records_total', { outcome: 'delivered' });
  };
  await waitUntil(async () => (await delivered()) >= count, {
    what: `${count} records to be delivered`,
    timeoutMs: 60_000,
  });
  await delay(10 * COMMIT_MS);
}

async function heldBy(gateway: GatewayProcess): Promise<number> {
  const { data } = await gateway.get<{ data: { partitions: object[] } }>('/v1/partitions');
  return data.partitions.length;
}

/** Places that were called more than once, but for those that fail. */
async function repeated(pipeline: Pipeline): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  for (const { partition = -1, offset = -1 } of await pipeline.upstream.ledger()) {
    if (offset === FAILING) continue;
    const place = `${partition}/${offset}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([place]) => place);
}
