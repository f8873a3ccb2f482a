import type { AuditDigest } from '@netscope/domain';
import { expect, it } from 'vitest';

import { EpochEnds } from '../../src/integrity/verify/epoch-ends.ts';

const [FIRST, SECOND, THIRD] = ['000000000001aaaa', '000000000002aaaa', '000000000003aaaa'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.UTC(2026, 10, 22, 12);

it('nothing follows a closing digest, of its epoch or of those before, whoever signed since', () => {
  const ends = signed([FIRST, NOON_MS], [SECOND, NOON_MS, 'closing'], [THIRD, NOON_MS]);
  expect(ends.flawOf(place(FIRST, NOON_MS))).toBe(`the last digest of epoch ${SECOND} closed it`);
  expect(ends.flawOf(place(SECOND, NOON_MS))).toBe(`the last digest of epoch ${SECOND} closed it`);
  expect(ends.flawOf(place(THIRD, NOON_MS))).toBeUndefined();
});

it('the last digest of an epoch counts, not one before it', () => {
  const ends = signed([FIRST, NOON_MS, 'closing'], [FIRST, NOON_MS + 1]);
  expect(ends.flawOf(place(FIRST, NOON_MS))).toBeUndefined();
});

it("the hour's turn, and a clock set back by a day, are no alarm", () => {
  const ends = signed([FIRST, NOON_MS + 3000]);
  expect(ends.flawOf(place(FIRST, NOON_MS - HOUR_MS))).toBeUndefined();
  expect(ends.flawOf(place(FIRST, NOON_MS - DAY_MS))).toBeUndefined();
  expect(ends.flawOf(place(FIRST, NOON_MS - DAY_MS - HOUR_MS))).toBe(
    'it is of hour 2026-11-21T11, and a digest before it was signed 2026-11-22T12:00:03.000Z',
  );
});

it('a clock that was set back by years is believed from the next digest on', () => {
  const ends = signed([FIRST, NOON_MS]);
  const long = place(FIRST, NOON_MS - 1000 * DAY_MS);
  expect(ends.flawOf(long)).toContain('signed 2026-11-22');
  ends.note(digest(FIRST, NOON_MS - 1000 * DAY_MS, false));
  expect(ends.flawOf(long)).toBeUndefined();
});

it('what a killed life left is as old as its own digests, not as those of the life that ships it', () => {
  const ends = signed([FIRST, NOON_MS], [SECOND, NOON_MS + 30 * DAY_MS]);
  expect(ends.flawOf(place(FIRST, NOON_MS))).toBeUndefined();
  expect(ends.flawOf(place(SECOND, NOON_MS))).toContain('signed 2026-12-22');
});

it('where nothing was signed, nothing is said', () => {
  expect(new EpochEnds().flawOf(place(FIRST, 0))).toBeUndefined();
});

function signed(...digests: readonly (readonly [string, number, 'closing'?])[]): EpochEnds {
  const ends = new EpochEnds();
  for (const [epoch, atMs, closing] of digests)
    ends.note(digest(epoch, atMs, closing !== undefined));
  return ends;
}

function digest(epoch: string, atMs: number, closing: boolean): AuditDigest {
  const timestamp = new Date(atMs).toISOString();
  const nobody = { service: 's', node: 'n', key_id: '', signature: '' };
  return { digest_version: '1.0', ...nobody, epoch, number: 1, timestamp, closing, segments: [] };
}

function place(epoch: string, hourStartMs: number) {
  return { hourStartMs, service: 's', node: 'n', epoch, firstSeq: 1, lastSeq: 2 };
}
