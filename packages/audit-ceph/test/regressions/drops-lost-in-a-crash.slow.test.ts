import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@netscope/domain';
import { MemoryObjectStore, sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { openSink, TestDirectory, until } from '../sink-fixture.ts';
import { storedLines } from '../trail.ts';

const EVENTS = 400;
const spool = { bytesMax: 300 * 1024, onFull: 'drop', syncMs: 1 } as const;

/** A life that dropped, as `kill -9` leaves it in `into`; answers how many events it dropped. */
async function crashInto(into: string): Promise<number> {
  using directory = new TestDirectory();
  const store = new MemoryObjectStore();
  store.failure = new StorageError('STORAGE_UNAVAILABLE', 'down', { kind: 'transient' });
  const { sink } = await openSink({ dataDir: directory.path, store, spool });
  for (let index = 0; index < EVENTS; index += 1) {
    await sink.append({ kind: 'call', call: sampleCall() });
  }
  const dropped = sink.status().dropped['spool_full'] ?? 0;
  const noted = join(directory.path, 'spool/dropped');
  await until(
    () => existsSync(noted) && readFileSync(noted, 'utf8').includes(`"events":${dropped},`),
  );
  cpSync(directory.path, into, { recursive: true });
  await sink.close(100);
  return dropped;
}

const gapsIn = (dataDir: string): readonly unknown[] =>
  storedLines(join(dataDir, 'audit'))
    .filter(({ text }) => text.includes('"audit.gap"'))
    .map(({ text }) => JSON.parse(text).facts);

/** The count was kept in memory alone, and a trail with a hole in it said nothing of the kind. */
test('what a killed process had dropped is told once, by the next that writes', async () => {
  using directory = new TestDirectory();
  const dataDir = directory.path;
  const dropped = await crashInto(dataDir);
  expect(dropped).toBeGreaterThan(0);
  // One that only ships.
  await (await openSink({ dataDir })).sink.close(10_000);
  expect(gapsIn(dataDir)).toEqual([]);
  for (let life = 0; life < 2; life += 1) {
    const { sink } = await openSink({ dataDir });
    await sink.append({ kind: 'call', call: sampleCall() });
    await sink.close(10_000);
  }
  expect(gapsIn(dataDir)).toMatchObject([{ events: dropped, spool_full: dropped, at_least: true }]);
});
