import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@netscope/domain';
import { MemoryObjectStore, sampleCall } from '@netscope/test-support';
import { expect, it } from 'vitest';

import { openSink, TestDirectory } from '../sink-fixture.ts';

const MIB = 1024 * 1024;

it.each([1, 3])(
  'a full spool of %i MiB takes no more of its disk',
  { timeout: 60_000 },
  async (mib) => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = new StorageError('STORAGE_UNAVAILABLE', 'down', { kind: 'transient' });
    const bytesMax = mib * MIB;
    const { sink } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax, onFull: 'pause', syncMs: 1 },
    });
    while (sink.reserve()) await sink.append({ kind: 'call', call: sampleCall() });
    const onDisk = bytesBelow(join(directory.path, 'spool'));
    expect(sink.status().troubles.spool).toBe('the spool is full');
    expect(onDisk).toBeGreaterThan(bytesMax * 0.8);
    expect(onDisk).toBeLessThanOrEqual(bytesMax);
    await sink.close(100);
  },
);

/** Of all files. */
function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true });
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
