import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isMissing, sharedRgw, type RealRgw } from '../../src/services/index.ts';

describe.skipIf(await isMissing('rgw'))('a real Ceph RGW', () => {
  const bucket = `bucket-${randomUUID()}`;
  let rgw: RealRgw;
  beforeAll(async () => {
    rgw = await sharedRgw();
    await rgw.createBucket(bucket);
  });
  afterAll(() => rgw.disconnect());

  it('gives back what was put, and lists it by prefix', async () => {
    await rgw.putObject(bucket, 'a/1', Buffer.from('one'));
    await rgw.putObject(bucket, 'b/1', Buffer.from('two'));
    expect(await rgw.listKeys(bucket, 'a/')).toEqual(['a/1']);
    expect((await rgw.getObject(bucket, 'b/1')).toString()).toBe('two');
  });

  it('refuses connections while radosgw is stopped, and has its objects after', async () => {
    await rgw.putObject(bucket, 'kept', Buffer.from('kept'));
    await rgw.stopRgw();
    await expect(fetch(rgw.address.endpoint)).rejects.toThrow('fetch failed');
    await rgw.startRgw();
    expect((await rgw.getObject(bucket, 'kept')).toString()).toBe('kept');
  });

  it('answers no put while the store is paused', async () => {
    await rgw.pause();
    let isDone = false;
    const put = rgw.putObject(bucket, 'late', Buffer.from('late')).then(() => (isDone = true));
    const { promise: soon, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 500);
    await soon;
    expect(isDone).toBe(false);
    await rgw.unpause();
    await put;
    expect(await rgw.listKeys(bucket, 'late')).toEqual(['late']);
  });

  it('deletes objects', async () => {
    await rgw.putObject(bucket, 'gone', Buffer.from('x'));
    await rgw.deleteObjects(bucket, ['gone']);
    expect(await rgw.listKeys(bucket, 'gone')).toEqual([]);
  });
});
