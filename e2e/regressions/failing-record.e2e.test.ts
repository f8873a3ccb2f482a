import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail } from '../support/audit-trail.ts';
import { Pipeline, type PipelineOptions } from '../support/pipeline.ts';
import { records } from '../support/records.ts';

const RECORDS = 40;
const FAILING = 3;
const FAILS = {
  when: { headers: { 'x-record-offset': String(FAILING) } },
  answer: { kind: 'respond', status: 503 },
} as const;

const OPTIONS: PipelineOptions = {
  partitions: 1,
  rules: [FAILS],
  upstream: { retry: { attempts: 1 }, circuit: { mode: 'observe' } },
};

describe.skipIf(await isMissing('kafka', 'rgw'))('A record that keeps failing', () => {
  /** Guards against a later success that is committed past a failed record (Vector #24543). */
  test('is not overtaken by the commit of later successes, and alone is called again', async () => {
    await using pipeline = await Pipeline.start(OPTIONS);
    await using before = await pipeline.gateway(pipeline.folder);
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    await untilCalled(pipeline);
    await waitUntil(async () => (await committed(pipeline)) === FAILING, { what: 'the commit' });
    const [at] = await partitionsOf(before);
    expect(at).toMatchObject({
      committed: String(FAILING),
      blocked_by: { offset: String(FAILING), upstream: 'partner' },
    });
    expect(at?.lag_seconds).toBeGreaterThan(0);
    expect(await before.stop()).toBe(0);
    expect(await committed(pipeline)).toBe(FAILING);
    await pipeline.upstream.setRules([]);
    await using after = await pipeline.gateway(pipeline.folder);
    await waitUntil(async () => (await committed(pipeline)) === RECORDS, { what: 'no lag' });
    expect(await after.stop()).toBe(0);
    expect(await repeatedOffsets(pipeline)).toEqual([FAILING]);
  });

  /** Guards against tries that begin anew at each rebalance (Knative #3746), and repeats of others. */
  test('keeps its tries over a rebalance, and nothing else is called twice', async () => {
    await using pipeline = await Pipeline.start({
      ...OPTIONS,
      config: {
        delivery: { tries_max: 6, retry_for_ms: 0, backoff_base_ms: 1500, backoff_cap_ms: 1500 },
      },
    });
    await using first = await pipeline.gateway();
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    await untilCalled(pipeline);
    await waitUntil(async () => (await committed(pipeline)) === FAILING, { what: 'the commit' });
    await using second = await pipeline.gateway(undefined, {
      service: { name: 'netscope', node: 'netscope-1' },
    });
    await waitUntil(async () => (await committed(pipeline)) === RECORDS, {
      what: 'the record to be parked',
      timeoutMs: 90_000,
    });
    expect(await first.stop()).toBe(0);
    expect(await second.stop()).toBe(0);
    expect(await repeatedOffsets(pipeline)).toEqual([FAILING]);
    const calls = (await pipeline.upstream.ledger()).filter(({ offset }) => offset === FAILING);
    // One that a drain cut off is made again.
    expect(calls.length).toBeGreaterThanOrEqual(6);
    expect(calls.length).toBeLessThanOrEqual(7);
    const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
    expect(letters.map(({ headers }) => headers['netscope-tries'])).toEqual(['6']);
  });

  test('is passed by an operator who seeks, and the audit trail says so', async () => {
    await using pipeline = await Pipeline.start(OPTIONS);
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    await untilCalled(pipeline);
    await waitUntil(async () => (await committed(pipeline)) === FAILING, { what: 'the commit' });
    const url = `${gateway.origin}/v1/partitions/${pipeline.topic}/0/seek`;
    const seek = async (body: object): Promise<Response> =>
      fetch(url, { method: 'POST', body: JSON.stringify(body) });
    const refused = await seek({ offset: RECORDS + 1 });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(`holds 0 to ${RECORDS}`);
    const done = await seek({ offset: 'latest', reason: 'a poisoned order' });
    expect(await done.json()).toMatchObject({
      data: { from: String(FAILING), to: String(RECORDS), audited: true },
    });
    expect(await committed(pipeline)).toBe(RECORDS);
    await pipeline.kafka.produce(pipeline.topic, records(1, 1, RECORDS));
    await waitUntil(async () => (await committed(pipeline)) === RECORDS + 1, { what: 'the next' });
    expect(await gateway.stop()).toBe(0);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    expect(trail.filter(({ event_type }) => event_type === 'operator.action')).toMatchObject([
      { facts: { target: 'partition', action: 'seek', state: 'intended' } },
      { facts: { target: 'partition', action: 'seek', state: 'done', reason: 'a poisoned order' } },
    ]);
  });
});

async function untilCalled(pipeline: Pipeline): Promise<void> {
  await waitUntil(async () => (await pipeline.upstream.counts()).keys === RECORDS, {
    what: 'every record to be called',
  });
}

async function committed(pipeline: Pipeline): Promise<number | undefined> {
  return (await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic)).get(0);
}

interface Partition {
  readonly lag_seconds: number | null;
}

async function partitionsOf(gateway: GatewayProcess): Promise<readonly Partition[]> {
  const answer = await gateway.get<{ data: { partitions: Partition[] } }>('/v1/partitions');
  return answer.data.partitions;
}

/** Offsets that were called more than once, each once. */
async function repeatedOffsets(pipeline: Pipeline): Promise<readonly number[]> {
  const counts = new Map<number, number>();
  for (const { offset = -1 } of await pipeline.upstream.ledger()) {
    counts.set(offset, (counts.get(offset) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([offset]) => offset);
}
