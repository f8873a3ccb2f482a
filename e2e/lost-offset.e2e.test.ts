import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { LiveEvents } from './support/live-events.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted } from './support/resilience.ts';

/** Where the group stands in partition 0, of a log that by then begins and ends at these. */
const COMMITTED = 5;
const LOG_START = 8;
const LOG_END = 10;
/** In partition 1, which loses nothing. */
const OTHERS = 3;

/**
 * Guards against what peers do where retention overtook the group while nobody read: read on at an
 * end of the log with a line in a log file, so that records are skipped, or all of them sent again.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('An offset that the log lost', () => {
  test('holds its partition alone, is told everywhere once, and a seek lets it go on', async () => {
    await using pipeline = await overtaken({});
    const since = new Date();
    await using gateway = await pipeline.gateway();
    using live = await LiveEvents.connect(gateway.port, since);
    await waitUntil(() => live.ofSource.length === 1, { what: 'the live event' });
    const committed = () => pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic);
    await waitUntil(async () => (await committed()).get(1) === OTHERS, {
      what: 'the records of the other partition',
    });
    expect(await sourceOf(gateway)).toEqual({
      state: 'degraded',
      reason: `the log does not hold the offset of ${pipeline.topic}/0 at 5: seek to go on`,
    });
    await waitUntil(async () => (await partitionZero(gateway))?.lag_records === 2, {
      what: 'what the log holds as its lag',
    });
    expect(await partitionZero(gateway)).toMatchObject({
      committed: '5',
      paused: true,
      lost: { committed: '5', log_start: '8', log_end: '10' },
    });
    expect(await lostTotal(gateway, 'held')).toBe(1);
    expect((await committed()).get(0)).toBe(COMMITTED);

    const seek = await fetch(`${gateway.origin}/v1/partitions/${pipeline.topic}/0/seek`, {
      method: 'POST',
      body: JSON.stringify({ offset: 'earliest', reason: 'overtaken' }),
    });
    expect(seek.status).toBe(200);
    await allCommitted(pipeline);
    expect(await sourceOf(gateway)).toMatchObject({ state: 'up' });
    expect((await partitionZero(gateway))?.lost).toBeUndefined();
    expect(await calledInZero(pipeline)).toEqual([LOG_START, LOG_START + 1]);
    expect(await lostTotal(gateway)).toBe(1);
    expect(await gateway.stop()).toBe(0);
    expect(live.ofSource).toMatchObject([{ ...lossOf(pipeline, 'held'), severity: 'ERROR' }]);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    const told = trail.filter(({ event_type }) => TOLD.has(event_type));
    expect(told).toMatchObject([
      { event_type: 'source.offset_lost', facts: lossOf(pipeline, 'held') },
      { event_type: 'operator.action', facts: { action: 'seek', state: 'intended', to: '8' } },
      { event_type: 'operator.action', facts: { action: 'seek', state: 'done', to: '8' } },
    ]);
  });

  test.each([
    { policy: 'earliest', called: [LOG_START, LOG_START + 1, LOG_END] },
    { policy: 'latest', called: [LOG_END] },
  ])(
    'is passed by itself with on_offset_lost: $policy, once that is durable in the trail',
    async ({ policy, called }) => {
      await using pipeline = await overtaken({ on_offset_lost: policy });
      const since = new Date();
      await using gateway = await pipeline.gateway();
      using live = await LiveEvents.connect(gateway.port, since);
      await allCommitted(pipeline);
      await pipeline.kafka.produce(pipeline.topic, inPartition(0, 1, LOG_END));
      await allCommitted(pipeline);
      expect(await calledInZero(pipeline)).toEqual(called);
      expect(await sourceOf(gateway)).toMatchObject({ state: 'up' });
      expect(await partitionZero(gateway)).toMatchObject({ committed: '11', paused: false });
      expect((await partitionZero(gateway))?.lost).toBeUndefined();
      expect(await lostTotal(gateway, policy)).toBe(1);
      expect(await lostTotal(gateway)).toBe(1);
      expect(await gateway.stop()).toBe(0);
      expect(live.ofSource).toMatchObject([lossOf(pipeline, policy)]);
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const lostAt = trail.findIndex(({ event_type }) => event_type === 'source.offset_lost');
      expect(trail[lostAt]?.facts).toEqual(lossOf(pipeline, policy));
      const calledAt = trail.findIndex((event) => placeOf(event) === `0/${called[0]}`);
      expect(calledAt).toBeGreaterThan(lostAt);
    },
  );
});

const TOLD = new Set(['source.offset_lost', 'operator.action']);

/** A group that stands below what the log of partition 0 still holds. */
async function overtaken(kafka: Readonly<Record<string, unknown>>): Promise<Pipeline> {
  const pipeline = await Pipeline.start({ partitions: 2, config: { source: { kafka } } });
  const { topic, group } = pipeline;
  await pipeline.kafka.produce(topic, [
    ...inPartition(0, LOG_END, 0),
    ...inPartition(1, OTHERS, 100),
  ]);
  await pipeline.kafka.deleteRecordsBelow(topic, { partition: 0, offset: COMMITTED });
  await pipeline.kafka.resetGroup(group, topic);
  await pipeline.kafka.deleteRecordsBelow(topic, { partition: 0, offset: LOG_START });
  return pipeline;
}

function inPartition(partition: number, count: number, from: number) {
  return records(count, count, from).map((record) => ({ ...record, partition }));
}

function lossOf({ topic }: Pipeline, action: string): Readonly<Record<string, string | number>> {
  return {
    topic,
    partition: 0,
    committed: '5',
    position: '5',
    log_start: '8',
    log_end: '10',
    action,
  };
}

async function calledInZero(pipeline: Pipeline): Promise<readonly (number | undefined)[]> {
  const ledger = await pipeline.upstream.ledger();
  return ledger.filter(({ partition }) => partition === 0).map(({ offset }) => offset);
}

async function lostTotal(gateway: GatewayProcess, action?: string): Promise<number> {
  const labels: Record<string, string> = action === undefined ? {} : { action };
  const text = await gateway.getText('/metrics');
  return counterTotal(text, 'netscope_offsets_lost_total', labels);
}

interface Dependency {
  readonly state: string;
  readonly reason?: string;
}

/** The source in readiness, which is 200 all along. */
async function sourceOf(gateway: GatewayProcess): Promise<Dependency | undefined> {
  const answer = await fetch(`${gateway.origin}/v1/health/ready`);
  expect(answer.status).toBe(200);
  const body: {
    readonly data: { readonly dependencies: Readonly<Record<string, Dependency>> };
  } = JSON.parse(await answer.text());
  return body.data.dependencies['source'];
}

interface Partition {
  readonly partition: number;
  readonly lag_records: number | null;
  readonly lost?: unknown;
}

async function partitionZero(gateway: GatewayProcess): Promise<Partition | undefined> {
  const answer = await gateway.get<{ data: { partitions: Partition[] } }>('/v1/partitions');
  return answer.data.partitions.find(({ partition }) => partition === 0);
}
