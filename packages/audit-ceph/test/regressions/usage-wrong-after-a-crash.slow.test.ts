import { cpSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@netscope/domain';
import { MemoryObjectStore, sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { openSink, TestDirectory, until } from '../sink-fixture.ts';

const kind = 'transient';

/** Vector's usage after a crash was that of before, and its buffer full or bottomless. */
test('after a crash the spool counts the bytes and events that lie on its disk', async () => {
  using directory = new TestDirectory();
  using crashed = new TestDirectory();
  const store = new MemoryObjectStore();
  store.failure = new StorageError('STORAGE_UNAVAILABLE', 'down', { kind });
  const first = await openSink({ dataDir: directory.path, store });
  for (let index = 0; index < 30; index += 1) {
    await first.sink.append({ kind: 'call', call: sampleCall() });
    if (index % 10 === 9) first.sink.seal();
  }
  await until(() => first.sink.status().segmentsPending === 3);
  cpSync(directory.path, crashed.path, { recursive: true });
  await first.sink.close(100);
  const second = await openSink({ dataDir: crashed.path, store });
  await until(() => second.sink.status().spoolBytes === bytesIn(crashed.path));
  expect(second.sink.status()).toMatchObject({ backlogEvents: 30, reservedBytes: 0 });
  await second.sink.close(100);
});

function bytesIn(dataDir: string): number {
  return ['segments', 'digests']
    .flatMap((folder) => filesIn(join(dataDir, 'spool', folder)))
    .filter((file) => !file.endsWith('.manifest.json'))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder).map((name) => join(folder, name));
