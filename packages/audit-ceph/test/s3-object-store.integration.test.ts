import { objectStoreConformance } from '@netscope/test-support/conformance';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { beforeAll, describe, expect, it } from 'vitest';

import { S3ObjectStore, type S3ObjectStoreOptions } from '../src/s3.ts';

const isRgwMissing = await isMissing('rgw');
const object = { key: 'audit/a', body: Buffer.from('lines'), metadata: { events: '1' } };
const { signal } = new AbortController();
let rgw: RealRgw;
let buckets = 0;

describe.skipIf(isRgwMissing)('S3ObjectStore on a real RGW', () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
  }, 180_000);

  objectStoreConformance('S3ObjectStore', async () => open(await freshBucket()));

  it('says what the bucket can do', async () => {
    const plain = await open(await freshBucket()).probe(signal);
    const locked = await open(await freshBucket({ objectLock: true })).probe(signal);
    const versioned = await open(await freshBucket({ versioned: true })).probe(signal);
    expect(plain).toMatchObject({ versioned: false, object_lock: false, conditional_put: true });
    expect(locked).toMatchObject({ object_lock: true, conditional_put: false });
    expect(versioned).toMatchObject({ versioned: true, conditional_put: false });
  });

  it('takes a hash that the caller has, and the store checks it', async () => {
    const store = open(await freshBucket());
    const wrong = { md5: '0'.repeat(32), sha256: '0'.repeat(64) };
    await expect(store.put({ ...object, digests: wrong }, signal)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
    });
    expect(await store.head(object.key, signal)).toBeUndefined();
  });

  it('names a bucket that does not exist', async () => {
    const store = open('netscope-there-is-none');
    const reason = { details: { reason: 'no_bucket' } };
    await expect(store.put(object, signal)).rejects.toMatchObject(reason);
    await expect(store.probe(signal)).rejects.toMatchObject(reason);
  });

  it('names wrong credentials, and does not take them as final', async () => {
    const store = open(await freshBucket(), { secretAccessKey: 'wrong' });
    await expect(store.put(object, signal)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      kind: 'transient',
      details: { reason: 'credentials' },
    });
  });

  it('names a store that is not there', async () => {
    const store = open('any', { endpoint: 'http://127.0.0.1:1' });
    await expect(store.put(object, signal)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      details: { reason: 'unreachable' },
    });
  });

  it('gives up on a frozen store in time, and finds afterwards what had landed', async () => {
    const store = open(await freshBucket(), { requestTimeoutMs: 500 });
    await rgw.pause();
    try {
      await expect(store.put(object, signal)).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    } finally {
      await rgw.unpause();
    }
    await expect.poll(async () => attempt(store), { timeout: 20_000 }).toBe('stored');
    expect(await store.head(object.key, signal)).toMatchObject({ bytes: object.body.length });
  }, 60_000);

  it('gives up on a request when told to', async () => {
    const store = open(await freshBucket());
    await rgw.freezeRgw();
    try {
      const put = store.put(object, AbortSignal.timeout(300));
      await expect(put).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    } finally {
      await rgw.thawRgw();
    }
  }, 30_000);
});

function open(bucket: string, overrides: Partial<S3ObjectStoreOptions> = {}): S3ObjectStore {
  return new S3ObjectStore({ ...rgw.address, region: rgw.region, bucket, ...overrides });
}

async function attempt(store: S3ObjectStore): Promise<string> {
  return store.put(object, signal).then(
    () => 'stored',
    (error: unknown) => String(error),
  );
}

async function freshBucket(options: Parameters<RealRgw['createBucket']>[1] = {}): Promise<string> {
  buckets += 1;
  const name = `netscope-store-${process.pid}-${buckets}`;
  await rgw.createBucket(name, options);
  return name;
}
