import { StorageError } from '@netscope/domain';
import { MemoryObjectStore, sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { openSink, TestDirectory, until } from '../sink-fixture.ts';

/** Vector took a delivery that the sink rejected for one that was done, and removed the events. */
test.each(['STORAGE_REFUSED', 'STORAGE_UNAVAILABLE', 'STORAGE_TIMEOUT'] as const)(
  'a put that ends in %s removes nothing, and is repeated',
  async (code) => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = new StorageError(code, 'no', { kind: 'permanent' });
    const { sink } = await openSink({ dataDir: directory.path, store });
    await sink.append({ kind: 'call', call: sampleCall() });
    sink.seal();
    await until(() => sink.status().writeErrors > 1);
    expect(sink.status()).toMatchObject({ backlogEvents: 1, objectsShipped: 0 });
    store.failure = undefined;
    await sink.close(10_000);
    expect(sink.status()).toMatchObject({ backlogEvents: 0, objectsShipped: 1 });
  },
);
