import { zstdDecompressSync } from 'node:zlib';

import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { Ledger } from '../../src/ship/ledger.ts';
import { Keeper } from '../../src/spool/keeper.ts';
import { recoverSpool } from '../../src/spool/recover-spool.ts';
import { type SealedSegment, SpoolPaths } from '../../src/spool/segment.ts';
import { fault, type MemoryFiles } from '../memory-files.ts';
import { testKeyPem } from '../test-key.ts';
import { EPOCH, WriterFixture } from '../writer-fixture.ts';

const NAME = `${EPOCH}-0000000001`;
const paths = new SpoolPaths('/data');

describe('Keeper', () => {
  it('compresses a segment into one frame under the key of its first event', () => {
    const { files, keeper, segment } = fixture();
    const lines = files.read(paths.lines(NAME));
    const sealed = seal(keeper, segment);
    expect(sealed.key).toBe(
      `audit/v1/dt=2026-02-20/hour=09/service=orders/events-netscope-0-${EPOCH}-000000000001-000000000003.jsonl.zst`,
    );
    expect(zstdDecompressSync(files.read(paths.object(NAME)))).toEqual(lines);
  });

  it('removes the lines only after journal, object and manifest are on disk', () => {
    const { files, keeper, segment } = fixture();
    files.log.length = 0;
    seal(keeper, segment);
    expect(files.log).toEqual([
      'replace journal.json',
      `read ${NAME}.jsonl`,
      `replace ${NAME}.jsonl.zst`,
      `replace ${NAME}.manifest.json`,
      `remove ${NAME}.jsonl`,
    ]);
  });

  it('syncs the ledger before it removes what was shipped', () => {
    const { files, keeper, segment } = fixture();
    const sealed = seal(keeper, segment);
    files.log.length = 0;
    keeper.handle({ kind: 'forget', segment: sealed });
    expect(files.log.slice(-3)).toEqual([
      'sync shipped.jsonl',
      `remove ${NAME}.jsonl.zst`,
      `remove ${NAME}.manifest.json`,
    ]);
  });

  it('does not ship again what a crash kept from being removed', () => {
    const { files, keeper, segment } = fixture();
    const sealed = seal(keeper, segment);
    files.fault = (entry) => (entry.startsWith('remove') ? fault('EIO') : undefined);
    expect(keeper.handle({ kind: 'forget', segment: sealed })).toMatchObject({ kind: 'failed' });
    files.fault = () => undefined;
    expect(recover(files)).toMatchObject({ sealed: [], unsealed: [] });
    expect(files.list(paths.segments)).toEqual([]);
  });

  it.each(['replace', 'remove'])('loses nothing when it is cut off at its %s', (operation) => {
    const { files, keeper, segment } = fixture();
    files.fault = (entry) => (entry.startsWith(operation) ? fault('EIO') : undefined);
    keeper.handle({ kind: 'seal', segment, journal: '' });
    files.fault = () => undefined;
    const { sealed, unsealed } = recover(files);
    expect([...sealed, ...unsealed].map((each) => each.events)).toEqual([3]);
  });

  it('loads what it wrote, and sets aside what was changed since', () => {
    const { files, keeper, segment } = fixture();
    const sealed = seal(keeper, segment);
    expect(keeper.handle({ kind: 'load', segment: sealed })).toMatchObject({ kind: 'loaded' });
    const object = files.read(paths.object(NAME));
    object[9] = (object[9] ?? 0) ^ 4;
    expect(keeper.handle({ kind: 'load', segment: sealed })).toEqual({ kind: 'damaged' });
    expect(files.list(paths.quarantine)).toContain(`${NAME}.jsonl.zst`);
  });

  it('uses the reserve to seal on a full disk', () => {
    const { files, keeper, segment } = fixture();
    keeper.handle({ kind: 'fill_ballast' });
    files.fault = (entry) => {
      const isFull = files.size(paths.ballast) === 1_000_000;
      return isFull && entry.startsWith('replace') ? fault('ENOSPC') : undefined;
    };
    expect(keeper.handle({ kind: 'seal', segment, journal: '' })).toMatchObject({ kind: 'sealed' });
  });
});

function fixture() {
  const written = new WriterFixture();
  for (let index = 0; index < 3; index += 1) void written.append(sampleCall({ offset: index }));
  written.close();
  const [segment] = written.sealed;
  if (segment === undefined) throw new Error('nothing was sealed');
  const options = {
    dataDir: '/data',
    node: 'netscope-0',
    service: 'orders',
    epoch: EPOCH,
    keysPem: testKeyPem(),
  };
  const keeper = new Keeper({ ...options, zstdLevel: 1, ballastBytes: 1_000_000 }, written.files);
  return { files: written.files, keeper, segment };
}

function seal(keeper: Keeper, segment: ReturnType<typeof fixture>['segment']): SealedSegment {
  const reply = keeper.handle({ kind: 'seal', segment, journal: '' });
  if (reply.kind !== 'sealed') throw new Error(`it was not sealed: ${reply.kind}`);
  return reply.segment;
}

function recover(files: MemoryFiles): ReturnType<typeof recoverSpool> {
  const ledger = new Ledger(paths.ledger, files).entries;
  return recoverSpool({ paths, files, ledger, onLine: () => undefined });
}
