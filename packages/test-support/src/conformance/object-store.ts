import { type ObjectStore, type ObjectToPut, StorageError } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

/**
 * What every object store does. `create` gives an empty one, whose keys nobody else uses, for each
 * test.
 */
export function objectStoreConformance(
  name: string,
  create: () => Promise<ObjectStore> | ObjectStore,
): void {
  const { signal } = new AbortController();

  describe(`${name} as an object store`, () => {
    it('gives back the very bytes and metadata that were put', async () => {
      const store = await create();
      const object = sample('audit/v1/dt=2026-02-20/hour=09/a.jsonl.zst');
      await store.put(object, signal);
      expect(bytes(await store.get(object.key, signal))).toEqual(bytes(object.body));
      expect(await store.head(object.key, signal)).toMatchObject({
        key: object.key,
        bytes: object.body.length,
        metadata: object.metadata,
      });
    });

    it('keeps an empty object and one of some megabytes', async () => {
      const store = await create();
      const large = { ...sample('large'), body: new Uint8Array(3_000_000).fill(7) };
      await store.put({ ...sample('empty'), body: new Uint8Array(0) }, signal);
      await store.put(large, signal);
      expect(bytes(await store.get('empty', signal))).toEqual([]);
      const kept = Buffer.from((await store.get('large', signal)) ?? []);
      expect(kept.equals(large.body)).toBe(true);
    });

    it('takes the same object again as a success', async () => {
      const store = await create();
      const object = sample('a/b');
      await store.put(object, signal);
      const first = await store.head(object.key, signal);
      await store.put(object, signal);
      expect(await store.head(object.key, signal)).toEqual(first);
    });

    it('refuses other bytes under a key that is taken, and keeps the first', async () => {
      const store = await create();
      const object = sample('a/b');
      await store.put(object, signal);
      const other = { ...object, body: Buffer.from('other') };
      await expect(store.put(other, signal)).rejects.toMatchObject({ code: 'STORAGE_REFUSED' });
      expect(bytes(await store.get(object.key, signal))).toEqual(bytes(object.body));
    });

    it('says nothing of what is not there', async () => {
      const store = await create();
      expect(await store.get('nothing', signal)).toBeUndefined();
      expect(await store.head('nothing/below', signal)).toBeUndefined();
      expect(await keys(store, 'nothing/')).toEqual([]);
    });

    it('lists the keys under a prefix in the order of their bytes', async () => {
      const store = await create();
      const all = ['p/a/2', 'p/a/1', 'p/a.b', 'p/a-', 'p/b/1', 'q/1', 'p/ab'];
      for (const key of all) await store.put(sample(key), signal);
      expect(await keys(store, '')).toEqual(all.toSorted());
      expect(await keys(store, 'p/a/')).toEqual(['p/a/1', 'p/a/2']);
      expect(await keys(store, 'p/a')).toEqual(['p/a-', 'p/a.b', 'p/a/1', 'p/a/2', 'p/ab']);
      expect(await keys(store, 'p/a', 'p/a.b')).toEqual(['p/a/1', 'p/a/2', 'p/ab']);
      expect(await keys(store, 'p/a', 'p/a/1~')).toEqual(['p/a/2', 'p/ab']);
      expect(await keys(store, 'p/a', 'q')).toEqual([]);
    });

    it('gives up at once with an error of its own when told to', async () => {
      const store = await create();
      const aborted = AbortSignal.abort();
      await expect(store.put(sample('a'), aborted)).rejects.toBeInstanceOf(StorageError);
      await expect(store.get('a', aborted)).rejects.toBeInstanceOf(StorageError);
    });

    async function keys(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
      return Array.fromAsync(store.list({ prefix, after }, signal));
    }
  });
}

function sample(key: string): ObjectToPut {
  return { key, body: Buffer.from(`body of ${key}`), metadata: { events: '3', 'first-seq': '1' } };
}

function bytes(body: Uint8Array | undefined): number[] | undefined {
  return body === undefined ? undefined : [...body];
}
