import { setTimeout as sleep } from 'node:timers/promises';

import { FaultProxy } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { FailingFront } from './faults/failing-front.ts';
import { FaultTrail, KEYS, REQUEST_TIMEOUT_MS } from './faults/fault-trail.ts';
import { until } from './sink-fixture.ts';

const isRgwMissing = await isMissing('rgw');
/** The store's fault is told everywhere, and holds no call up. */
const TOLD = {
  state: 'degraded',
  spool: undefined,
  event: 'system.audit.degraded',
  isAdmitting: true,
};
/** How long the cluster is frozen besides; the campaign's is minutes. */
const FROZEN_MS = Number(process.env['NETSCOPE_FROZEN_MS'] ?? 0);
const ROUND_EVERY_MS = 500;
/** A store that is away comes nowhere near an event on its way to the disk. */
const DURABLE_MAX_MS = 1000;
let rgw: RealRgw;

describe.skipIf(isRgwMissing)(
  'a sink on a real RGW that fails',
  { timeout: 120_000 + 2 * FROZEN_MS },
  () => {
    beforeAll(async () => {
      rgw = await sharedRgw();
      const user = ['--uid=auditor', '--display-name=auditor', '--max-buckets=1000'];
      const keys = [`--access-key=${KEYS.accessKeyId}`, `--secret-key=${KEYS.secretAccessKey}`];
      await rgw.admin('user', 'create', ...user, ...keys);
    }, 180_000);

    afterEach(async () => {
      await rgw.unpause();
      await rgw.startRgw();
    });

    afterAll(async () => {
      await rgw.admin('user', 'rm', '--uid=auditor', '--purge-data');
    });

    it('keeps, tells and ships all of it when the cluster is frozen for a while', async () => {
      using trail = await FaultTrail.open(rgw);
      await trail.round();
      await until(() => trail.isShipped);
      await rgw.pause();
      await trail.round();
      expect(await trail.told('timeout')).toEqual(TOLD);
      const slowestMs = [await trail.round()];
      const endAtMs = performance.now() + FROZEN_MS;
      while (performance.now() < endAtMs) {
        await sleep(ROUND_EVERY_MS);
        slowestMs.push(await trail.round());
      }
      expect(await trail.told('timeout')).toEqual(TOLD);
      await rgw.unpause();
      const thawedAtMs = performance.now();
      expect(await trail.flawOnceHealed()).toBeUndefined();
      const seconds = ((performance.now() - thawedAtMs) / 1000).toFixed(1);
      process.stdout.write(
        `[figure] frozen for ${FROZEN_MS / 1000} s and more, ${slowestMs.length} segments: an event durable in ${Math.max(...slowestMs).toFixed(0)} ms at most, all in the store ${seconds} s after the thaw\n`,
      );
      expect(Math.max(...slowestMs)).toBeLessThan(DURABLE_MAX_MS);
    });

    it('goes on by itself after a quota was full', async () => {
      using trail = await FaultTrail.open(rgw);
      const quota = ['--quota-scope=bucket', `--bucket=${trail.bucket}`];
      await rgw.admin('quota', 'set', ...quota, '--max-objects=1');
      await rgw.admin('quota', 'enable', ...quota);
      await trail.round();
      await trail.round();
      expect(await trail.told('quota')).toEqual(TOLD);
      await rgw.admin('quota', 'disable', ...quota);
      expect(await trail.flawOnceHealed()).toBeUndefined();
    });

    it('goes on by itself after its user was suspended', async () => {
      using trail = await FaultTrail.open(rgw);
      await rgw.admin('user', 'suspend', '--uid=auditor');
      await trail.round();
      expect(await trail.told('suspended')).toEqual(TOLD);
      await rgw.admin('user', 'enable', '--uid=auditor');
      expect(await trail.flawOnceHealed()).toBeUndefined();
    });

    it('goes on by itself after its key was taken away and given back', async () => {
      using trail = await FaultTrail.open(rgw);
      await rgw.admin('key', 'rm', '--uid=auditor', `--access-key=${KEYS.accessKeyId}`);
      await trail.round();
      expect(await trail.told('credentials')).toEqual(TOLD);
      const keys = [`--access-key=${KEYS.accessKeyId}`, `--secret-key=${KEYS.secretAccessKey}`];
      await rgw.admin('key', 'create', '--uid=auditor', ...keys);
      expect(await trail.flawOnceHealed()).toBeUndefined();
    });

    it('goes on with a rotated key, without a restart', async () => {
      let keys = KEYS;
      using trail = await FaultTrail.open(rgw, rgw.address.endpoint, async () => keys);
      await trail.round();
      await until(() => trail.isShipped);
      const rotated = { accessKeyId: 'auditor-new', secretAccessKey: 'auditor-new-secret' };
      const names = [
        `--access-key=${rotated.accessKeyId}`,
        `--secret-key=${rotated.secretAccessKey}`,
      ];
      await rgw.admin('key', 'create', '--uid=auditor', ...names);
      await rgw.admin('key', 'rm', '--uid=auditor', `--access-key=${KEYS.accessKeyId}`);
      try {
        await trail.round();
        expect(await trail.told('credentials')).toEqual(TOLD);
        keys = rotated;
        // What is stored is read back with the former key.
        const former = [`--access-key=${KEYS.accessKeyId}`, `--secret-key=${KEYS.secretAccessKey}`];
        await until(() => trail.isShipped);
        await rgw.admin('key', 'create', '--uid=auditor', ...former);
        expect(await trail.flawOnceHealed()).toBeUndefined();
      } finally {
        await rgw.admin('key', 'rm', '--uid=auditor', `--access-key=${rotated.accessKeyId}`);
      }
    });

    it('tells that the clocks are apart, where the store takes its requests and where not', async () => {
      await using front = await FailingFront.start(rgw.address.endpoint);
      front.aheadMs = 60_000;
      using trail = await FaultTrail.open(rgw, front.endpoint);
      await trail.round();
      await until(() => trail.warned('audit.clock_skew') !== undefined);
      const offsetMs = Number(trail.warned('audit.clock_skew')?.['clock_offset_ms']);
      expect(Math.round(offsetMs / 10_000)).toBe(6);
      await until(() => trail.isShipped);
      front.aheadMs = 3_600_000;
      await trail.round();
      await trail.round();
      expect(await trail.told('clock_skew')).toEqual(TOLD);
      expect(trail.lastError).toMatch(
        /RequestTimeTooSkewed: this machine's clock and the store's are/,
      );
      front.aheadMs = 0;
      expect(await trail.flawOnceHealed()).toBeUndefined();
    });

    it.each([500, 503, 429])('goes on by itself after answers of %i', async (status) => {
      await using front = await FailingFront.start(rgw.address.endpoint);
      using trail = await FaultTrail.open(rgw, front.endpoint);
      front.status = status;
      await trail.round();
      expect(await trail.told('server_error')).toEqual(TOLD);
      front.status = undefined;
      expect(await trail.flawOnceHealed()).toBeUndefined();
    });

    it('sends the same bytes under the same key however often answers are lost', async () => {
      await using front = await FailingFront.start(rgw.address.endpoint);
      using trail = await FaultTrail.open(rgw, front.endpoint);
      front.isDeaf = true;
      await trail.round();
      await until(() => front.puts.length >= 2);
      expect(await trail.flawOnceHealed()).toBeUndefined();
      const bodies = new Map<string, Set<string>>();
      for (const { path, md5 } of front.puts) {
        bodies.set(path, (bodies.get(path) ?? new Set()).add(md5));
      }
      expect([...bodies.values()].map((md5s) => md5s.size)).toEqual([...bodies].map(() => 1));
    });

    it.each(['resets', 'refusals', 'silence', 'delay'] as const)(
      'goes on by itself after %s on the way',
      async (fault) => {
        const targetPort = Number(new URL(rgw.address.endpoint).port);
        await using proxy = await FaultProxy.start({ targetPort });
        using trail = await FaultTrail.open(rgw, `http://${proxy.address}`);
        if (fault === 'refusals' || fault === 'resets') await proxy.refuse();
        if (fault === 'silence') proxy.blackhole();
        if (fault === 'delay') proxy.latencyMs = REQUEST_TIMEOUT_MS * 2;
        await trail.round();
        expect(
          await trail.told(fault === 'refusals' || fault === 'resets' ? 'unreachable' : 'timeout'),
        ).toEqual(TOLD);
        await proxy.heal();
        expect(await trail.flawOnceHealed()).toBeUndefined();
      },
    );
  },
);
