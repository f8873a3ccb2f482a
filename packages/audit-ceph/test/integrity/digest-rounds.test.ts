import {
  DirectEventBus,
  ManualClock,
  MemoryObjectStore,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';
import { expect, it } from 'vitest';

import { DigestRounds } from '../../src/integrity/digest-rounds.ts';
import type { KeeperReply, KeeperRequest } from '../../src/spool/keeper.ts';
import type { SealedDigest } from '../../src/spool/segment.ts';

const INTERVAL_MS = 3_600_000;
const FULL = 1000;

/** Lists what was sealed since, no more at a time than a digest does. */
class ListingKeeper {
  readonly digests: SealedDigest[] = [];
  sealed = 0;

  async ask({ kind }: KeeperRequest): Promise<KeeperReply> {
    if (kind !== 'digest') return { kind: 'digests', digests: [], quarantined: [] };
    const segments = Math.min(FULL, this.sealed);
    this.sealed -= segments;
    const number = this.digests.length + 1;
    const digest = { ...DIGEST, name: `${number}.json`, key: `digest ${number}`, segments };
    this.digests.push(digest);
    return { kind: 'digests', digests: [digest], quarantined: [] };
  }
}

const DIGEST = {
  objectBytes: 1,
  sha256: '',
  md5: '',
  timestamp: '2026-11-21T12:00:00.000Z',
  keyId: '',
};

it('a digest is made before its time where it would be full, and the next is due an interval later', async () => {
  const clock = new ManualClock();
  const keeper = new ListingKeeper();
  const rounds = makeRounds(keeper, clock);
  const listed = (): readonly number[] => keeper.digests.map(({ segments }) => segments);
  const seal = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      keeper.sealed += 1;
      rounds.noteSealed();
    }
    await new Promise(setImmediate);
  };
  await rounds.start();
  await seal(FULL - 1);
  expect(listed()).toEqual([0]);
  await seal(1);
  expect(listed()).toEqual([0, FULL, 0]);
  await seal(10);
  clock.advance(INTERVAL_MS - 1);
  expect(listed()).toEqual([0, FULL, 0]);
  clock.advance(1);
  await seal(0);
  expect(listed()).toEqual([0, FULL, 0, 10]);
  await rounds.close();
  await seal(2 * FULL);
  expect(listed()).toEqual([0, FULL, 0, 10, 0]);
  expect(clock.pendingTimers).toBe(0);
});

function makeRounds(keeper: ListingKeeper, clock: ManualClock): DigestRounds {
  const options = {
    dataDir: '/data',
    node: 'n',
    service: 's',
    instanceId: 'here',
    spool: { bytesMax: 1, onFull: 'pause', syncMs: 1 },
    excerptsBytesMax: 0,
    segment: { bytesMax: 1, ageMaxMs: 1, zstdLevel: 1 },
    digest: { intervalMs: INTERVAL_MS, signingKeyFile: undefined },
    encryption: { keyFiles: [], fields: [] },
    store: new MemoryObjectStore(),
    storeKind: 'directory',
    clock,
    timers: clock,
    random: new SeededRandom(1),
    metrics: new RecordingMetrics(),
    bus: new DirectEventBus(),
    log: new RecordingLog(),
    traceId: '',
  } as const;
  return new DigestRounds(options, {
    keeper,
    pipeline: { addDigest: () => undefined },
    keysPem: '',
  });
}
