import process from 'node:process';

import { SeededRandom } from '@netscope/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { digestHash } from '../../src/integrity/signed-digest.ts';
import { SegmentChecks } from '../../src/integrity/verify/segment-checks.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { MemoryTrail } from './memory-trail.ts';
import { isEvents, isOf, type Mutation, MUTATIONS, sampled } from './mutations.ts';
import { NODES, StoredTrail } from './stored-trail.ts';

/** Of each class; a large number takes all of them. */
const MUTATIONS_MAX = Number(process.env['NETSCOPE_MUTATIONS'] ?? 60);
/** Trails with lives and crashes drawn by chance. */
const HISTORIES = Math.min(60, Math.ceil(MUTATIONS_MAX / 30));
const LONG_MS = MUTATIONS_MAX > 1000 ? 3_600_000 : 120_000;
const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);
const checks = new SegmentChecks({ ownBytes: Infinity });

beforeAll(() => trail.liveOnNodes(), 60_000);

afterAll(() => directory[Symbol.dispose]());

describe('every mutation of the trail of three nodes is found', () => {
  for (const name of Object.keys(MUTATIONS)) {
    it(
      `and named: ${name}`,
      async () => {
        const mutations = sampled(name, trail.objects, MUTATIONS_MAX);
        const headByDigest = newestHeads();
        const unseen: string[] = [];
        for (const mutation of mutations) {
          if (!(await isFound(mutation, headByDigest))) unseen.push(mutation.name);
        }
        process.stdout.write(
          `[figure] ${name}: ${mutations.length - unseen.length} of ${mutations.length} found\n`,
        );
        expect(mutations.length).toBeGreaterThan(0);
        expect(unseen).toEqual([]);
      },
      LONG_MS,
    );
  }
});

describe('a sound trail raises no alarm', () => {
  it('at any moment of its making, digests signed or still to come', async () => {
    expect(trail.puts.length).toBe(trail.keysOfObjects.length);
    expect(await alarms(trail)).toEqual([]);
  }, 60_000);

  it('also where a life in an outage left all of it to the next', async () => {
    using own = new TestDirectory();
    const other = new StoredTrail(own.path);
    await other.live('a', { events: 3 });
    await other.live('a', { events: 5, outage: true });
    await other.live('a', { events: 3 });
    other.keep(['a']);
    const epochs = new Set(other.puts.map((key) => /0{8}[0-9a-f]{8}/.exec(key)?.[0]));
    expect(epochs.size).toBe(3);
    expect(await alarms(other)).toEqual([]);
  }, 60_000);

  it(
    `whatever lives and crashes it has had: ${HISTORIES} of them`,
    async () => {
      for (let seed = 1; seed <= HISTORIES; seed += 1) {
        using own = new TestDirectory();
        const other = new StoredTrail(own.path);
        await drawnLives(other, new SeededRandom(seed));
        expect(await alarms(other), `seed ${seed}`).toEqual([]);
      }
    },
    60_000 + HISTORIES * 10_000,
  );
});

/** Whether a check finds it and says where: a key that it touched, its node, or a head that it cut off. */
async function isFound(
  { apply, touched }: Mutation,
  headByDigest: ReadonlyMap<string, string>,
): Promise<boolean> {
  const changed = new MemoryTrail(trail.objects);
  apply(changed);
  const heads = [...headByDigest.values()];
  const breaches = await changed.breaches({ keys: trail.keys, heads, checks });
  return breaches.some(({ place, message }) =>
    touched.some(
      (key) =>
        place === key ||
        message.includes(key) ||
        place === `head ${headByDigest.get(key)}` ||
        (place.startsWith('node ') && isOf(place.slice('node '.length), key)),
    ),
  );
}

/** What a check would have said after each put, which is when a gateway may be looked at. */
async function alarms(made: StoredTrail): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const node of NODES) {
    const puts = made.puts.filter((key) => isOf(node, key));
    for (let count = 0; count <= puts.length; count += 1) {
      const objects = puts.slice(0, count).map((key) => [key, made.original(key)] as const);
      const breaches = await new MemoryTrail(new Map(objects)).breaches({
        keys: made.keys,
        heads: [],
        checks,
      });
      all.push(...breaches.map((breach) => ({ breach, node, count, of: puts.length })));
    }
  }
  return all;
}

async function drawnLives(made: StoredTrail, random: SeededRandom): Promise<void> {
  for (const node of NODES.slice(0, 2)) {
    const lives = 1 + Math.floor(random.float() * 3);
    for (let life = 0; life < lives; life += 1) {
      const events = Math.floor(random.float() * 14);
      await made.live(node, { events, crash: random.float() < 0.6 });
    }
  }
  made.keep(NODES.slice(0, 2));
}

function newestHeads(): ReadonlyMap<string, string> {
  const digests = trail.keysOfObjects.filter((key) => !isEvents(key));
  const newest = NODES.map((node) => digests.findLast((key) => isOf(node, key)) ?? '');
  return new Map(newest.map((key) => [key, digestHash(trail.original(key))]));
}
