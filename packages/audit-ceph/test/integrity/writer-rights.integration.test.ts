import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bucketPolicy } from '../../src/bucket-policy.ts';
import { openSink, TestDirectory, until } from '../sink-fixture.ts';
import { check, freshStore, live, NamedStore } from './rgw-trails.ts';

const USERS = ['writer', 'reader'];
const FORBIDDEN = { $metadata: { httpStatusCode: 403 } };
const DAY_MS = 86_400_000;
const { signal } = new AbortController();
let rgw: RealRgw;
let writer: RealRgw;
let reader: RealRgw;

/** With the least rights that `init-bucket` prints, and nothing else. */
describe.skipIf(await isMissing('rgw'))('the users of a locked bucket', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
    for (const user of USERS) {
      const keys = [`--access-key=${user}`, `--secret-key=${user}-secret`];
      await rgw.admin('user', 'create', `--uid=${user}`, `--display-name=${user}`, ...keys);
    }
    [writer, reader] = [userOf('writer'), userOf('reader')];
  }, 180_000);

  afterAll(async () => {
    for (const user of [writer, reader]) user.disconnect();
    for (const user of USERS) await rgw.admin('user', 'rm', `--uid=${user}`, '--purge-data');
  });

  it('ship a trail that the other finds sound, and can take nothing of it back', async () => {
    using directory = new TestDirectory();
    const bucket = await lockedBucket();
    await live(directory, new NamedStore(writer, bucket));
    const stored = new NamedStore(reader, bucket);
    const { findings, report } = await check(directory, stored);
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ isSound: true, events: 6 });

    const [first] = await Array.fromAsync(stored.versions({ prefix: 'audit/v1/dt=' }, signal));
    const { key = '', versionId = '' } = first ?? {};
    const soon = new Date(Date.now() + DAY_MS);
    const attempts = [
      async () => writer.deleteObjects(bucket, [key]),
      async () => writer.deleteVersion(bucket, key, versionId),
      async () => writer.lockUntil(bucket, { key, versionId, until: soon }),
      async () => writer.setPolicy(bucket, { Version: '2012-10-17', Statement: [] }),
      async () => writer.setLifecycle(bucket, { Rules: [] }),
      async () => reader.deleteVersion(bucket, key, versionId),
      async () => reader.putObject(bucket, key, Buffer.of(1)),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(FORBIDDEN);
    expect((await check(directory, stored)).findings).toEqual([]);
  });

  it('are told what the bucket can do, and that a name is that of a volume which was lost', async () => {
    using directory = new TestDirectory();
    const bucket = await lockedBucket();
    const store = new NamedStore(writer, bucket);
    await live(directory, store);
    const { sink, log } = await openSink({ dataDir: `${directory.path}/another`, store });
    await until(() => log.lines.some(({ event }) => event === 'audit.node_taken'));
    expect(sink.status()).toMatchObject({
      state: 'up',
      capabilities: { bucket: true, versioned: true, object_lock: true, conditional_put: false },
    });
    await sink.close(20_000);
  });
});

function userOf(user: string): RealRgw {
  return rgw.as({ accessKeyId: user, secretAccessKey: `${user}-secret` });
}

async function lockedBucket(): Promise<string> {
  const store = await freshStore(rgw, undefined);
  await store.createLocked({ mode: 'governance', days: 30 }, signal);
  const policy = bucketPolicy(store.bucket, { writer: 'writer', reader: 'reader' });
  await rgw.setPolicy(store.bucket, policy);
  return store.bucket;
}
