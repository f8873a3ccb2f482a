import { zstdDecompressSync } from 'node:zlib';

import { sampleCall } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { S3ObjectStore } from '../src/s3-object-store.ts';
import { openSink, type SinkFixture, TestDirectory, until } from './sink-fixture.ts';
import { flawIn, parseLines } from './trail.ts';

const isRgwMissing = await isMissing('rgw');
let rgw: RealRgw;
let buckets = 0;

describe.skipIf(isRgwMissing)('a sink on a real RGW', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
  }, 180_000);

  afterEach(async () => {
    await rgw.startRgw();
  });

  it('names what an object holds in its key and metadata', async () => {
    using directory = new TestDirectory();
    const bucket = await freshBucket();
    const { sink } = await openOn(directory, bucket);
    await append(sink, 3);
    await sink.close(30_000);
    const [key = ''] = await rgw.listKeys(bucket, 'audit/v1/dt=');
    const { epoch } = sink.status();
    expect(key).toBe(
      `audit/v1/dt=2026-02-20/hour=09/service=netscope/events-netscope-0-${epoch}-000000000001-000000000003.jsonl.zst`,
    );
    expect(await rgw.headObject(bucket, key)).toMatchObject({
      'first-seq': '1',
      'last-seq': '3',
      events: '3',
      'route-groups': 'partner',
    });
    const lines = zstdDecompressSync(await rgw.getObject(bucket, key)).toString('utf8');
    expect(flawIn(parseLines(lines))).toBeUndefined();
  });

  it('starts without a store, delays nothing, and ships all when it comes', async () => {
    using directory = new TestDirectory();
    const bucket = await freshBucket();
    await rgw.stopRgw();
    const { sink } = await openOn(directory, bucket);
    for (let round = 0; round < 3; round += 1) {
      await append(sink, 10);
      sink.seal();
    }
    await until(() => sink.status().state === 'degraded');
    expect(sink.status()).toMatchObject({
      lastSeq: 30,
      backlogEvents: 30,
      capabilities: undefined,
    });
    await rgw.startRgw();
    await sink.close(60_000);
    expect(sink.status()).toMatchObject({ state: 'up', backlogEvents: 0, objectsShipped: 3 });
    expect(await rgw.listKeys(bucket, 'audit/v1/dt=')).toHaveLength(3);
  });

  it('tells that the bucket is missing, and ships once it is made', async () => {
    using directory = new TestDirectory();
    buckets += 1;
    const bucket = `netscope-late-${process.pid}-${buckets}`;
    const { sink } = await openOn(directory, bucket);
    await append(sink, 5);
    sink.seal();
    await until(() => sink.status().reason === 'store: no_bucket');
    await rgw.createBucket(bucket);
    await sink.close(60_000);
    expect(await rgw.listKeys(bucket, 'audit/v1/dt=')).toHaveLength(1);
  });
});

async function openOn(directory: TestDirectory, bucket: string): Promise<SinkFixture> {
  const store = new S3ObjectStore({ ...rgw.address, region: rgw.region, bucket });
  return openSink({ dataDir: directory.path, store, storeKind: 'rgw' });
}

async function append(sink: SinkFixture['sink'], events: number): Promise<void> {
  const timestampMs = 1_771_578_000_000;
  const appended = Array.from({ length: events }, () =>
    sink.append({ kind: 'call', call: sampleCall({ timestampMs, routeGroup: 'partner' }) }),
  );
  await Promise.all(appended);
}

async function freshBucket(): Promise<string> {
  buckets += 1;
  const name = `netscope-sink-${process.pid}-${buckets}`;
  await rgw.createBucket(name);
  return name;
}
