import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayProcess, UpstreamProcess, waitUntil } from '@netscope/test-support';
import { isMissing, type RecordToProduce } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { allCommitted, deadLetterReasons } from './support/resilience.ts';

/** What the dead one's records of some 15 s weigh. */
const WAITING_BYTES_MAX = 1_048_576;
const PER_SECOND = { dead: 80, living: 20 };
/** Both kinds of record come to these partitions, and only such for the living one to the next. */
const SHARED = [0, 1];
const APART = 2;
const PARTITIONS = 3;
/** A busy machine must add no calls of its own. */
const PATIENT = { connect_ms: 5000, read_ms: 10_000, global_ms: 20_000 };

// Only past the bound does a dead upstream cost anybody but its own records anything, and then as much
// as docs/sizing.md says.

describe.skipIf(await isMissing('kafka', 'rgw'))('records that wait for a dead upstream', () => {
  test(
    'fill their room, pause where they come from until it is back, and are all delivered',
    { timeout: 180_000 },
    async () => {
      await using dead = await UpstreamProcess.start();
      await dead.refuse();
      await using pipeline = await Pipeline.start({ partitions: PARTITIONS });
      const ordered = `${pipeline.topic}.ordered`;
      await pipeline.kafka.createTopic(ordered, 1);
      await using gateway = await pipeline.gateway(undefined, settings(pipeline, dead, ordered));
      const world = new World(pipeline, gateway);

      // What waits holds its key, or its whole partition where the route says so, and nobody else.
      await world.produce([
        of('dead', 'one-key', 0),
        of('living', 'one-key', 0),
        of('living', 'other-key', 0),
      ]);
      await pipeline.kafka.produce(ordered, [of('dead', 'a', 0), of('living', 'b', 0)]);
      await world.untilDelivered('other-key');
      expect(await world.read('waiting_seconds_left')).toBeUndefined();

      const forecasts = await world.fillTheRoom();
      expect(forecasts.length).toBeGreaterThan(1);
      for (const seconds of forecasts) expect(seconds).toBeGreaterThan(0);
      expect(Math.max(...forecasts)).toBeLessThan(60);
      expect(forecasts.at(-1)).toBeLessThan(forecasts[0] ?? 0);

      await world.untilPaused();
      expect(await world.read('waiting_seconds_left')).toBe(0);
      expect(await world.read('waiting_bytes')).toBeGreaterThanOrEqual(WAITING_BYTES_MAX);
      expect(world.pausesFor('waiting_bytes_max')).toEqual(SHARED);

      // Neighbours of the dead one's records stop with them; the living one's own partition does not.
      await world.produce(SHARED.map((partition) => of('living', 'neighbour', partition)));
      for (let batch = 0; batch < 5; batch += 1) {
        const key = `apart-${batch}`;
        await world.produce(Array.from({ length: 100 }, () => of('living', key, APART)));
        await world.untilDelivered(key, 100);
      }
      const held = await world.keysDelivered();
      for (const key of ['neighbour', 'one-key', 'b']) expect(held.get(key)).toBeUndefined();
      expect(await world.pausedPartitions()).toEqual(SHARED);

      await dead.accept();
      await allCommitted(pipeline, 90_000);
      await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, ordered)) === 0, {
        what: 'the ordered ones to be committed',
      });
      expect(await world.pausedPartitions()).toEqual([]);
      expect(await world.read('partitions_paused')).toBe(0);
      expect(await world.read('waiting_seconds_left')).toBeUndefined();
      expect(await deadLetterReasons(pipeline)).toEqual([]);
      expect((await pipeline.upstream.counts()).arrivals).toBe(world.produced.living + 1);
      expect((await dead.counts()).keys).toBe(world.produced.dead + 1);
      expect(await gateway.stop()).toBe(0);
      expect(await deliveredOrder(pipeline, ordered)).toEqual(['0/0', '0/1']);
      const first = (await deliveredOrder(pipeline, pipeline.topic)).filter((place) =>
        ['0/0', '0/1'].includes(place),
      );
      expect(first).toEqual(['0/0', '0/1']);
    },
  );
});

function settings(pipeline: Pipeline, dead: UpstreamProcess, ordered: string) {
  const route = (to: string, topic: string, order: string): Readonly<Record<string, unknown>> => ({
    ...pipeline.route({ topics: [topic], order }),
    name: `${to}-${order}`,
    match: { headers: { to } },
    upstream: to,
  });
  const upstreams = {
    living: { origin: pipeline.upstream.origin, timeouts: PATIENT },
    dead: {
      origin: dead.origin,
      timeouts: PATIENT,
      circuit: { open_ms: 300, open_max_ms: 1000 },
    },
  };
  const routes = ['living', 'dead'].flatMap((to) => [
    route(to, pipeline.topic, 'key'),
    route(to, ordered, 'partition'),
  ]);
  const { source } = pipeline.config;
  return {
    source: { ...Object(source), waiting_bytes_max: WAITING_BYTES_MAX },
    upstreams,
    routes,
  };
}

function of(to: 'dead' | 'living', key: string, partition: number): RecordToProduce {
  const value = JSON.stringify({ key, note: 'x'.repeat(400) });
  return { key, value, partition, headers: { to } };
}

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly paused: boolean;
  readonly blocked_by?: { readonly upstream?: string; readonly reason: string };
}

/** What is produced, and what the gateway tells meanwhile. */
class World {
  readonly produced = { dead: 0, living: 0 };
  readonly #pipeline: Pipeline;
  readonly #gateway: GatewayProcess;

  constructor(pipeline: Pipeline, gateway: GatewayProcess) {
    this.#pipeline = pipeline;
    this.#gateway = gateway;
  }

  async produce(records: readonly RecordToProduce[]): Promise<void> {
    await this.#pipeline.kafka.produce(this.#pipeline.topic, records);
    for (const { headers } of records) {
      this.produced[headers?.['to'] === 'dead' ? 'dead' : 'living'] += 1;
    }
  }

  /** One metric without labels, or summed over those of the topic; absent where it is. */
  async read(name: string): Promise<number | undefined> {
    const text = await this.#gateway.getText('/metrics');
    const isThere = new RegExp(`^netscope_${name}[ {]`, 'mu').test(text);
    return isThere ? counterTotal(text, `netscope_${name}`) : undefined;
  }

  /** Produces at a steady pace until the room is full; how long it said that there was, seconds. */
  async fillTheRoom(): Promise<readonly number[]> {
    const forecasts: number[] = [];
    const startMs = performance.now();
    for (let seconds = 0; forecasts.at(-1) !== 0; await delay(250)) {
      const before = seconds;
      seconds = (performance.now() - startMs) / 1000;
      await this.produce(
        SHARED.flatMap((partition) => [
          ...some('dead', partition, [before, seconds]),
          ...some('living', partition, [before, seconds]),
        ]),
      );
      const left = await this.read('waiting_seconds_left');
      if (left !== undefined) forecasts.push(left);
    }
    return forecasts.slice(0, -1);
  }

  /** Both are paused as they deliver more, and say for whom. */
  async untilPaused(): Promise<void> {
    await waitUntil(
      async () => {
        await this.produce(SHARED.map((partition) => of('dead', `late-${partition}`, partition)));
        const { partitions } = await this.#partitions();
        const blocked = partitions.filter((one) => one.blocked_by?.reason === 'circuit_open');
        const paused = blocked.filter((one) => one.paused && one.blocked_by?.upstream === 'dead');
        return paused.length === SHARED.length;
      },
      { what: 'the partitions to be paused behind an open circuit', everyMs: 100 },
    );
  }

  async pausedPartitions(): Promise<readonly number[]> {
    const { partitions } = await this.#partitions();
    const paused = partitions.filter((one) => one.paused);
    return paused.map(({ partition }) => partition).toSorted((a, b) => a - b);
  }

  /** Whose pause was logged with that reason. */
  pausesFor(reason: string): readonly number[] {
    const told = this.#gateway.logs.filter(({ event }) => event === 'backpressure.applied');
    const partitions = told
      .filter((one) => one['reason'] === reason)
      .map((one) => Number(one['partition']));
    return [...new Set(partitions)].toSorted((a, b) => a - b);
  }

  async untilDelivered(key: string, count = 1): Promise<void> {
    await waitUntil(async () => (await this.keysDelivered()).get(key) === count, {
      what: `the records of ${key}`,
    });
  }

  /** How often the living one had each key. */
  async keysDelivered(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { key = '' } of await this.#pipeline.upstream.ledger()) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  async #partitions(): Promise<{ readonly partitions: readonly Partition[] }> {
    const answer = await this.#gateway.get<{
      readonly data: { readonly partitions: readonly Partition[] };
    }>('/v1/partitions');
    const { topic } = this.#pipeline;
    return { partitions: answer.data.partitions.filter((one) => one.topic === topic) };
  }
}

/** As many as come between two instants, in seconds, at a steady pace; each has a key of its own. */
function some(
  to: 'dead' | 'living',
  partition: number,
  [from, until]: readonly [number, number],
): RecordToProduce[] {
  const perSecond = PER_SECOND[to] / SHARED.length;
  const [first, end] = [Math.floor(from * perSecond), Math.floor(until * perSecond)];
  return Array.from({ length: end - first }, (_, index) =>
    of(to, `${to}-${partition}-${first + index}`, partition),
  );
}

/** Places of a topic's records in the order in which the trail says that they were delivered. */
async function deliveredOrder(pipeline: Pipeline, topic: string): Promise<readonly string[]> {
  const trail = await readTrail(pipeline.rgw, pipeline.bucket);
  const done = trail.filter(({ event_type }) => event_type === 'request.completed');
  return done.filter(({ source }) => source?.topic === topic).map(placeOf);
}
