import { StorageError } from '@netscope/domain';
import { ManualClock, MemoryObjectStore, SeededRandom } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { Shipper } from '../../src/ship/shipper.ts';
import type { KeeperReply, KeeperRequest } from '../../src/spool/keeper.ts';
import type { SealedSegment } from '../../src/spool/segment.ts';

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

const down = new StorageError('STORAGE_UNAVAILABLE', 'down', {
  kind: 'transient',
  details: { reason: 'unreachable' },
});
const quota = new StorageError('STORAGE_REFUSED', 'full', {
  kind: 'transient',
  details: { reason: 'quota' },
});

describe('Shipper', () => {
  it('asks a store that is down at most once a minute, for hours, and then ships all in order', async () => {
    const fixture = new Fixture();
    fixture.store.failure = down;
    for (let number = 1; number <= 5; number += 1) fixture.shipper.add(segment(number));
    await fixture.pass(3 * HOUR_MS);
    expect(fixture.store.puts).toBeGreaterThan(150);
    expect(fixture.store.puts).toBeLessThan(400);
    expect(fixture.forgotten).toEqual([]);
    fixture.store.failure = undefined;
    await fixture.pass(60_000);
    expect(fixture.forgotten).toEqual(['1', '2', '3', '4', '5']);
    expect(await Array.fromAsync(fixture.store.list({ prefix: '' }, signal))).toHaveLength(5);
  });

  it('takes no refusal as final', async () => {
    const fixture = new Fixture();
    fixture.store.failure = quota;
    fixture.shipper.add(segment(1));
    await fixture.pass(HOUR_MS);
    fixture.store.failure = undefined;
    await fixture.pass(60_000);
    expect(fixture.forgotten).toEqual(['1']);
  });

  it('gives a put that is never answered up after 30 s', async () => {
    const fixture = new Fixture();
    fixture.store.isFrozen = true;
    fixture.shipper.add(segment(1));
    await fixture.pass(30_000);
    expect(fixture.failures).toMatchObject([{ code: 'STORAGE_TIMEOUT' }]);
    fixture.store.isFrozen = false;
    await fixture.pass(5000);
    expect(fixture.forgotten).toEqual(['1']);
  });

  it('repeats a put that landed unseen with the same key and the same bytes', async () => {
    const fixture = new Fixture();
    fixture.store.failure = down;
    fixture.store.landsAnyway = true;
    fixture.shipper.add(segment(1));
    await fixture.pass(10_000);
    fixture.store.failure = undefined;
    await fixture.pass(60_000);
    expect(fixture.store.puts).toBeGreaterThan(2);
    expect(await Array.fromAsync(fixture.store.list({ prefix: '' }, signal))).toEqual(['key/1']);
    expect(fixture.forgotten).toEqual(['1']);
  });

  it('forgets a segment only after the store has it', async () => {
    const fixture = new Fixture();
    fixture.shipper.add(segment(1));
    await fixture.pass(0);
    expect(fixture.order).toEqual(['load 1', 'forget 1']);
    expect(fixture.storedAtForget).toEqual([true]);
  });

  it('sets a damaged segment aside and goes on with the next', async () => {
    const fixture = new Fixture();
    fixture.damaged.add('1');
    fixture.shipper.add(segment(1));
    fixture.shipper.add(segment(2));
    await fixture.pass(0);
    expect(fixture.forgotten).toEqual(['2']);
  });

  it('begins nothing after it was stopped', async () => {
    const fixture = new Fixture();
    fixture.store.failure = down;
    fixture.shipper.add(segment(1));
    await fixture.pass(100);
    fixture.shipper.stop();
    const { puts } = fixture.store;
    await fixture.pass(HOUR_MS);
    expect(fixture.store.puts).toBe(puts);
    expect(fixture.clock.pendingTimers).toBe(0);
  });
});

class Fixture {
  readonly clock = new ManualClock();
  readonly store = new MemoryObjectStore();
  readonly order: string[] = [];
  readonly failures: StorageError[] = [];
  readonly damaged = new Set<string>();
  readonly storedAtForget: boolean[] = [];
  readonly shipper = new Shipper({
    store: this.store,
    keeper: { ask: async (request) => this.#answer(request) },
    clock: this.clock,
    timers: this.clock,
    random: new SeededRandom(),
    listener: {
      onShipped: () => undefined,
      onDamaged: () => undefined,
      onFailure: (error) => void this.failures.push(error),
    },
  });

  get forgotten(): readonly string[] {
    return this.order
      .filter((entry) => entry.startsWith('forget'))
      .map((entry) => entry.slice('forget '.length));
  }

  /** Moves time on in steps, each followed by everything that it set in motion. */
  async pass(ms: number): Promise<void> {
    const stepMs = 500;
    await settle();
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.clock.advance(Math.min(stepMs, leftMs));
      await settle();
    }
  }

  async #answer(request: KeeperRequest): Promise<KeeperReply> {
    if (request.kind !== 'load' && request.kind !== 'forget') return { kind: 'done' };
    const { name, key } = request.segment;
    this.order.push(`${request.kind} ${name}`);
    if (request.kind === 'load') {
      if (this.damaged.has(name)) return { kind: 'damaged' };
      return { kind: 'loaded', body: new TextEncoder().encode(name) };
    }
    this.storedAtForget.push((await this.store.get(key, signal)) !== undefined);
    return { kind: 'done' };
  }
}

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round += 1) await Promise.resolve();
}

function segment(number: number): SealedSegment {
  return {
    name: String(number),
    epoch: '000000000001ab12',
    firstSeq: number,
    lastSeq: number,
    events: 1,
    bytes: 10,
    firstTimeMs: 0,
    lastTimeMs: 0,
    routeGroups: ['partner'],
    head: '0'.repeat(64),
    key: `key/${number}`,
    objectBytes: 1,
    sha256: '0'.repeat(64),
    md5: '0'.repeat(32),
    root: '0'.repeat(64),
  };
}
