import { readFileSync } from 'node:fs';

import { sampleCall } from '@netscope/test-support';
import { objectStoreConformance } from '@netscope/test-support/conformance';
import { isMissing, RealVersity } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type Finding,
  isBreach,
  publicKeyFiles,
  publicKeys,
  type TrailReport,
  TrailSearch,
  verifyTrail,
} from '../src/reader.ts';
import { S3ObjectStore, type S3ObjectStoreOptions } from '../src/s3.ts';
import { openSink, TestDirectory } from './sink-fixture.ts';

const isVersityMissing = await isMissing('versitygw');
const object = { key: 'audit/a', body: Buffer.from('lines'), metadata: { events: '1' } };
const OPEN = { fromMs: undefined, toMs: undefined };
const { signal } = new AbortController();
let server: RealVersity;
let buckets = 0;

/** Nothing leans on Ceph alone: the same store on a server that shares no line with it. */
describe.skipIf(isVersityMissing)('S3ObjectStore on an S3 server that is not RGW', () => {
  beforeAll(async () => {
    server = await RealVersity.start();
  }, 60_000);

  afterAll(async () => server?.[Symbol.asyncDispose]());

  objectStoreConformance('S3ObjectStore', async () => open(await freshBucket()));

  it('says what the bucket can do', async () => {
    const plain = await open(await freshBucket()).probe(signal);
    const versioned = await open(await freshBucket({ versioned: true })).probe(signal);
    const locked = await open(await freshBucket({ objectLock: true })).probe(signal);
    expect(plain).toMatchObject({ bucket: true, versioned: false, object_lock: false });
    expect(versioned).toMatchObject({ versioned: true, object_lock: false });
    expect(locked).toMatchObject({ versioned: true, object_lock: true });
  });

  it('has the store check a hash that the caller has', async () => {
    const store = open(await freshBucket());
    const wrong = { md5: '0'.repeat(32), sha256: '0'.repeat(64) };
    await expect(store.put({ ...object, digests: wrong }, signal)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
    });
    expect(await store.head(object.key, signal)).toBeUndefined();
  });

  it('names a bucket that does not exist, and wrong credentials', async () => {
    const nowhere = open('netscope-there-is-none');
    const noBucket = { code: 'STORAGE_REFUSED', details: { reason: 'no_bucket' } };
    await expect(nowhere.put(object, signal)).rejects.toMatchObject(noBucket);
    await expect(nowhere.probe(signal)).rejects.toMatchObject(noBucket);
    const wrong = { secretAccessKey: 'wrong' };
    await expect(open(await freshBucket(), wrong).put(object, signal)).rejects.toMatchObject({
      kind: 'transient',
      details: { reason: 'credentials' },
    });
  });

  for (const options of [{}, { versioned: true }, { objectLock: true }]) {
    it(`keeps a trail that is sound and reads back, on a bucket with ${JSON.stringify(options)}`, async () => {
      using directory = new TestDirectory();
      const store = open(await freshBucket(options));
      await live(directory, store);
      const { report, findings } = await check(directory, store);
      expect(findings).toEqual([]);
      expect(report).toMatchObject({ isSound: true, events: 6 });
      const refused: string[] = [];
      const onRefused = (place: string): void => void refused.push(place);
      const search = new TrailSearch(
        { range: OPEN, service: undefined, filter: {} },
        { store, onRefused, onProgress: () => undefined },
      );
      expect(await Array.fromAsync(search.events(signal))).toHaveLength(6);
      expect(refused).toEqual([]);
    });
  }

  it('shows a version that came after it, and is proved by the one before', async () => {
    using directory = new TestDirectory();
    const bucket = await freshBucket({ versioned: true });
    const store = open(bucket);
    await live(directory, store);
    const [key = ''] = await Array.fromAsync(store.list({ prefix: 'audit/v1/dt=' }, signal));
    await server.putObject(bucket, key, Buffer.from('other'));
    const { breaches } = await check(directory, store);
    expect(breaches).toMatchObject([{ kind: 'replaced_version', place: key }]);
  });

  it('tells a server that keeps the lock of a bucket to itself, which a check cannot believe', async () => {
    using directory = new TestDirectory();
    const store = open(`netscope-locked-${process.pid}`);
    await store.createLocked({ mode: 'governance', days: 30 }, signal);
    expect(await store.probe(signal)).toMatchObject({ versioned: true, object_lock: true });
    expect(await store.locksObjects(signal)).toBe(true);
    await live(directory, store);
    // RGW and S3 note the rule in each object that is put; this server asks the bucket at a deletion.
    const { report, breaches } = await check(directory, store);
    expect(new Set(breaches.map(({ kind }) => kind))).toEqual(new Set(['lock_missing']));
    expect(report.events).toBe(6);
  });
});

async function live(directory: TestDirectory, store: S3ObjectStore): Promise<void> {
  const { sink } = await openSink({ dataDir: directory.path, store, storeKind: 's3' });
  for (let offset = 0; offset < 6; offset += 1) {
    sink.reserve();
    await sink.append({ kind: 'call', call: sampleCall({ offset }) });
  }
  await sink.close(20_000);
}

async function check(directory: TestDirectory, store: S3ObjectStore): Promise<Checked> {
  const findings: Finding[] = [];
  const keys = publicKeyFiles(directory.path).flatMap((file) =>
    publicKeys(readFileSync(file, 'utf8'), file),
  );
  const onFinding = (finding: Finding): void => void findings.push(finding);
  const told = { onFinding, onProgress: () => undefined };
  const nowMs = Date.now();
  const report = await verifyTrail({ store, range: OPEN, keys, heads: [], nowMs, ...told }, signal);
  return { report, findings, breaches: findings.filter((finding) => isBreach(finding)) };
}

interface Checked {
  readonly report: TrailReport;
  readonly findings: readonly Finding[];
  readonly breaches: readonly Finding[];
}

function open(bucket: string, overrides: Partial<S3ObjectStoreOptions> = {}): S3ObjectStore {
  return new S3ObjectStore({ ...server.address, region: server.region, bucket, ...overrides });
}

async function freshBucket(
  options: Parameters<RealVersity['createBucket']>[1] = {},
): Promise<string> {
  buckets += 1;
  const name = `netscope-other-${process.pid}-${buckets}`;
  await server.createBucket(name, options);
  return name;
}
