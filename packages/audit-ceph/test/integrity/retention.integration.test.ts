import { sampleCall, waitUntil } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { beforeAll, describe, expect, it } from 'vitest';

import { retentionRules } from '../../src/retention-rules.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { check, freshStore, HOUR_MS, lines, live, type NamedStore, OPEN } from './rgw-trails.ts';

/** RGW takes a day of a lifecycle rule for so long, and those of a lock as they are. */
const DAY_SECONDS = 3;
const { signal } = new AbortController();
let rgw: RealRgw;

describe.skipIf(await isMissing('rgw'))('lifecycle rules of init-bucket on a real RGW', () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
  }, 180_000);

  it(
    'remove events and leave digests, by which the rest is proved; what is locked stays',
    { timeout: 150_000 },
    async () => {
      using directory = new TestDirectory();
      const plain = await freshStore(rgw, {});
      const versioned = await freshStore(rgw, { versioned: true });
      const locked = await freshStore(rgw, undefined);
      await locked.createLocked({ mode: 'governance', days: 1 }, signal);
      for (const store of [plain, versioned, locked]) {
        await rgw.setLifecycle(store.bucket, retentionRules(1));
        await live(directory, store);
      }
      const written = await lines(locked, OPEN);
      const isEmpty = async (): Promise<boolean> => {
        await rgw.admin('lc', 'process', `--rgw-lc-debug-interval=${DAY_SECONDS}`);
        const left = [...(await versionsOf(plain)), ...(await versionsOf(versioned))];
        return left.length === 0;
      };
      await waitUntil(isEmpty, { what: 'the events to expire', timeoutMs: 100_000 });
      const kept = await versionsOf(locked);
      expect(kept.filter(({ isDeleteMarker }) => !isDeleteMarker)).toHaveLength(2);
      expect(await lines(locked, OPEN)).toEqual(written);
      for (const store of [plain, versioned]) await expectProvedRest(directory, store);
    },
  );
});

/** Of event objects, delete markers included. */
async function versionsOf(store: NamedStore) {
  return Array.fromAsync(store.versions({ prefix: 'audit/v1/dt=' }, signal));
}

/** What came since is sound, and the whole says which objects are gone. */
async function expectProvedRest(directory: TestDirectory, store: NamedStore): Promise<void> {
  const before = await rgw.listKeys(store.bucket, 'audit/v1/digests/');
  expect(before.length).toBeGreaterThanOrEqual(2);
  await live(directory, store, 2 * HOUR_MS);
  expect(await lines(store, OPEN)).toHaveLength(6);
  const fromMs = Math.floor(sampleCall().timestampMs / HOUR_MS) * HOUR_MS + HOUR_MS;
  const rest = await check(directory, store, { range: { fromMs, toMs: undefined } });
  expect(rest.breaches).toEqual([]);
  expect(rest.report).toMatchObject({ isSound: true, events: 6 });
  const whole = await check(directory, store);
  expect(whole.breaches.map(({ kind }) => kind)).toEqual(['missing', 'missing']);
}
