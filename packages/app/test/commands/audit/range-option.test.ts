import { expect, test } from 'vitest';

import { rangeOption } from '../../../src/commands/audit/range-option.ts';
import { parseInstant } from '../../../src/edges/parse-instant.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

const range = (from: string | undefined, to?: string) =>
  rangeOption(
    { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    { nowMs: NOW_MS, parse: parseInstant },
  );

test('a range is open where nothing is said, and of instants, days or times ago', () => {
  expect(range(undefined)).toEqual({ fromMs: undefined, toMs: undefined });
  expect(range('2h', '30m')).toEqual({ fromMs: NOW_MS - 2 * HOUR_MS, toMs: NOW_MS - HOUR_MS / 2 });
  expect(range('2026-11-20', '2026-11-21T11:00Z')).toEqual({
    fromMs: NOW_MS - 36 * HOUR_MS,
    toMs: NOW_MS - HOUR_MS,
  });
  expect(range('2028-02-29T23:59:59.999Z').fromMs).toBe(Date.UTC(2028, 2, 1) - 1);
});

test.each(['2026-02-30', '2026-02-29T10:00Z', '2026-04-31', '2026-13-01', '2026-11-21T24:00Z'])(
  '%s, which no calendar has, is no other day but a fault',
  (text) => {
    expect(() => range(text)).toThrow(`--from must be a UTC time`);
    expect(() => range(undefined, text)).toThrow(`not "${text}"`);
  },
);

test.each([
  '',
  'yesterday',
  '2h ago',
  '-2h',
  '1.5h',
  '2026-11-21T12:00:00',
  '2026-11-21 12:00Z',
  '1',
])('"%s" is no time, since it says nothing or leaves the zone open', (text) => {
  expect(() => range(text)).toThrow('--from must be a UTC time');
});

test.each([
  ['2026-11-21', '2026-11-21'],
  ['2026-11-21', '2026-11-20'],
  ['1h', '2h'],
])('a range from %s to %s is empty or backwards', (from, to) => {
  expect(() => range(from, to)).toThrow(
    '--from must be before --to: the range is empty or backwards',
  );
});
