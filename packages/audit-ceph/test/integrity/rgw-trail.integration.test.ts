import { sampleCall } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { beforeAll, describe, expect, it } from 'vitest';

import { retentionRules } from '../../src/retention-rules.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { check, freshStore, HOUR_MS, lines, live, OPEN } from './rgw-trails.ts';

const isRgwMissing = await isMissing('rgw');
const { signal } = new AbortController();
let rgw: RealRgw;

describe.skipIf(isRgwMissing)('a trail on a real RGW', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
  }, 180_000);

  it('is sound as it was written, on a plain, a versioned and a locked bucket', async () => {
    using directory = new TestDirectory();
    for (const options of [{}, { versioned: true }, { objectLock: true }]) {
      const store = await freshStore(rgw, options);
      await live(directory, store);
      const { report, findings } = await check(directory, store);
      expect(findings).toEqual([]);
      expect(report).toMatchObject({ isSound: true, events: 6 });
    }
  });

  it('shows a version that came after it, and is proved by the one before', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, { versioned: true });
    await live(directory, store);
    const [key = ''] = await rgw.listKeys(store.bucket, 'audit/v1/dt=');
    await rgw.putObject(store.bucket, key, Buffer.from('other'));
    const { breaches } = await check(directory, store);
    expect(breaches).toMatchObject([{ kind: 'replaced_version', place: key }]);
  });

  it('is read back as it was written, whatever was put over it or deleted', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, { versioned: true });
    await live(directory, store);
    const written = await lines(store, OPEN);
    expect(written).toHaveLength(6);
    const [first = '', second = ''] = await rgw.listKeys(store.bucket, 'audit/v1/dt=');
    await rgw.putObject(store.bucket, first, Buffer.from('other'));
    await rgw.deleteObjects(store.bucket, [second]);
    expect(await lines(store, OPEN)).toEqual(written);
    const hourMs = Math.floor(sampleCall().timestampMs / HOUR_MS) * HOUR_MS;
    expect(await lines(store, { fromMs: hourMs, toMs: hourMs + HOUR_MS })).toEqual(written);
    expect(await lines(store, { fromMs: hourMs + HOUR_MS, toMs: undefined })).toEqual([]);
    expect(await lines(store, { fromMs: undefined, toMs: hourMs })).toEqual([]);
  });

  it('shows a delete marker', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, { versioned: true });
    await live(directory, store);
    const [key = ''] = await rgw.listKeys(store.bucket, 'audit/v1/digests/');
    await rgw.deleteObjects(store.bucket, [key]);
    const { breaches } = await check(directory, store);
    expect(breaches).toMatchObject([{ kind: 'delete_marker', place: key }]);
  });

  it('shows an object that is gone from a plain bucket, and one that was replaced', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, {});
    await live(directory, store);
    const [first = '', second = ''] = await rgw.listKeys(store.bucket, 'audit/v1/dt=');
    await rgw.deleteObjects(store.bucket, [first]);
    await rgw.putObject(store.bucket, second, Buffer.from('other'));
    const { breaches } = await check(directory, store);
    expect(breaches).toMatchObject([
      { kind: 'missing', place: first },
      { kind: 'changed', place: second },
    ]);
  });

  it('lies where the writer can neither delete it nor shorten its lock', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, undefined);
    await store.createLocked({ mode: 'compliance', days: 30 }, signal);
    expect(await store.probe(signal)).toMatchObject({ object_lock: true });
    await live(directory, store);
    const { findings, report } = await check(directory, store);
    expect(findings).toEqual([]);
    expect(report.isSound).toBe(true);
    const versions = await Array.fromAsync(store.versions({ prefix: 'audit/v1/dt=' }, signal));
    const { key = '', versionId = '' } = versions[0] ?? {};
    const forbidden = { $metadata: { httpStatusCode: 403 } };
    const deleted = rgw.deleteVersion(store.bucket, key, versionId);
    await expect(deleted).rejects.toMatchObject(forbidden);
    const until = new Date(Date.now() + 86_400_000);
    const shortened = rgw.lockUntil(store.bucket, { key, versionId, until });
    await expect(shortened).rejects.toMatchObject(forbidden);
    const late = await check(directory, store, { nowMs: Date.now() + 31 * 86_400_000 });
    expect(late.breaches).toEqual([]);
    expect(new Set(late.findings.map(({ kind }) => kind))).toEqual(new Set(['lock_expired']));
  });

  it('is proved in what is left when its beginning is gone, in a bucket that takes the rules for that', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, { versioned: true });
    await rgw.setLifecycle(store.bucket, retentionRules(30));
    await live(directory, store);
    const events = await Array.fromAsync(store.versions({ prefix: 'audit/v1/dt=' }, signal));
    for (const { key, versionId = '' } of events) {
      await rgw.deleteVersion(store.bucket, key, versionId);
    }
    const hourMs = Math.floor(sampleCall().timestampMs / HOUR_MS) * HOUR_MS;
    const late = { fromMs: hourMs + HOUR_MS, toMs: undefined };
    expect((await check(directory, store, { range: late })).breaches).toEqual([]);
    expect((await check(directory, store)).breaches.map(({ kind }) => kind)).toContain('missing');
  });

  it('shows an object that its locking bucket does not lock', async () => {
    using directory = new TestDirectory();
    const store = await freshStore(rgw, { objectLock: true });
    await live(directory, store);
    await store.createLocked({ mode: 'governance', days: 1 }, signal);
    const { breaches } = await check(directory, store);
    expect(new Set(breaches.map(({ kind }) => kind))).toEqual(new Set(['lock_missing']));
  });
});
