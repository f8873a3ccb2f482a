import { setImmediate as turn } from 'node:timers/promises';

import { StorageError } from '@netscope/domain';
import { ManualClock, MemoryObjectStore, RecordingLog } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { NodeClaim } from '../../src/ship/node-claim.ts';
import { digestKey } from '../../src/spool/object-key.ts';

const INTERVAL_MS = 300_000;
const BEFORE = '000000000007aaaa';
const NOW = '000000000008bbbb';

describe('the name of a node', () => {
  it.each([
    { what: 'a later epoch of a lost volume', known: undefined, epoch: '000000000017c3a9' },
    { what: 'an epoch beside its first', known: undefined, epoch: '0000000000010000' },
    { what: 'an epoch beside its present one', known: BEFORE, epoch: '000000000008ffff' },
    { what: 'one that sorts before its present one', known: BEFORE, epoch: '0000000000080000' },
  ])('is told to be taken, once, by $what', async ({ known, epoch }) => {
    const world = new World(known);
    await world.sign(known ?? NOW, 1);
    await world.sign(NOW, 1);
    await world.sign(NOW, 2);
    const key = await world.sign(epoch, 1);
    world.claim.start();
    await world.pass(0);
    expect(world.told).toMatchObject([{ level: 'warn', fields: { name: 'n', object: key } }]);
    await world.pass(3 * INTERVAL_MS);
    expect(world.told).toHaveLength(1);
  });

  it('is its own where the store has only its own digests, and those of other names', async () => {
    const world = new World(BEFORE);
    for (const epoch of ['0000000000010000', BEFORE, NOW]) await world.sign(epoch, 1);
    await world.sign('000000000099ffff', 1, 'n-2');
    world.claim.start();
    await world.pass(5 * INTERVAL_MS);
    expect(world.told).toEqual([]);
  });

  it('is looked at again with each digest, also after a store that was away', async () => {
    const world = new World(BEFORE);
    world.store.failure = new StorageError('STORAGE_UNAVAILABLE', 'down', { kind: 'transient' });
    world.claim.start();
    await world.pass(INTERVAL_MS);
    world.store.failure = undefined;
    await world.sign('000000000009cccc', 1);
    await world.pass(INTERVAL_MS);
    expect(world.told).toHaveLength(1);
  });

  it.each([0, 1])('is not looked at once it was stopped, after %i looks', async (looks) => {
    const world = new World(BEFORE);
    if (looks > 0) world.claim.start();
    await world.pass(0);
    world.claim.stop();
    if (looks === 0) world.claim.start();
    await world.sign('000000000009cccc', 1);
    await world.pass(5 * INTERVAL_MS);
    expect(world.told).toEqual([]);
  });
});

class World {
  readonly store = new MemoryObjectStore();
  readonly #clock = new ManualClock();
  readonly #log = new RecordingLog();
  readonly claim: NodeClaim;

  constructor(epochBefore: string | undefined) {
    this.claim = new NodeClaim(
      {
        node: 'n',
        store: this.store,
        timers: this.#clock,
        log: this.#log,
        digest: { intervalMs: INTERVAL_MS, signingKeyFile: undefined },
      },
      { epoch: NOW, epochBefore },
    );
  }

  get told() {
    return this.#log.lines.filter(({ event }) => event === 'audit.node_taken');
  }

  async sign(epoch: string, number: number, node = 'n'): Promise<string> {
    const key = digestKey({ node, epoch, number });
    await this.store.put({ key, body: Buffer.from(key), metadata: {} }, AbortSignal.any([]));
    return key;
  }

  async pass(ms: number): Promise<void> {
    for (let step = 0; step <= ms / INTERVAL_MS; step += 1) {
      await turn();
      this.#clock.advance(Math.min(ms, INTERVAL_MS));
      await turn();
    }
  }
}
