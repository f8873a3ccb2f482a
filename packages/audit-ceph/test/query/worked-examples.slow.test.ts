import { readFileSync } from 'node:fs';

import { circuitLine, INCIDENT, type TrailLine, writeTrail } from '@netscope/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { EventDatabase, planQuery } from '../../src/query.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { eventsBelow } from './events-below.ts';

const GUIDE = new URL('../../../../docs/guides/reading-the-trail.md', import.meta.url);
const EXAMPLES = [...readFileSync(GUIDE, 'utf8').matchAll(/```sql\n(.+?)```/gsu)].map(
  ([, sql = '']) => sql,
);
const directory = new TestDirectory();
const { signal } = new AbortController();

beforeAll(() => writeTrail(`${directory.path}/store`, INCIDENT));
afterAll(() => directory[Symbol.dispose]());

const id = (request: number): string =>
  `00000000-0000-4000-8000-${String(request).padStart(12, '0')}`;

const WHY = '5 failures in a row';

/** What each example of the guide answers about the incident, in their order. */
const ANSWERS: readonly (readonly unknown[])[] = [
  [
    ['partner', 6, 2, 33.3],
    ['bank', 2, 1, 50],
  ],
  [
    ['2026-11-21T12:00:00.000Z', 3, 30, 39.8],
    ['2026-11-21T12:01:00.000Z', 2, 545, 990.9],
    ['2026-11-21T12:02:00.000Z', 2, 23.5, 25],
    ['2026-11-21T12:03:00.000Z', 1, 15, 15],
  ],
  [
    ['UPSTREAM_TIMEOUT', 'partner', 1, '2026-11-21T12:01:20.000Z', '2026-11-21T12:01:20.000Z'],
    ['status 422', 'bank', 1, '2026-11-21T12:03:00.000Z', '2026-11-21T12:03:00.000Z'],
    ['status 503', 'partner', 1, '2026-11-21T12:01:05.000Z', '2026-11-21T12:01:05.000Z'],
  ],
  [
    ['network', 1, 1000, 1000],
    ['upstream', 6, 23.5, 90],
    ['local', 1, 30, 30],
  ],
  [
    ['2026-11-21T12:01:20.000Z', 'partner', 1000, 'timed_out', null, id(5)],
    ['2026-11-21T12:01:05.000Z', 'partner', 90, 'responded', 503, id(4)],
    ['2026-11-21T12:00:30.000Z', 'bank', 40, 'responded', 201, id(3)],
    ['2026-11-21T12:00:02.000Z', 'partner', 30, 'responded', 200, id(2)],
    ['2026-11-21T12:02:00.000Z', 'partner', 25, 'responded', 200, id(6)],
    ['2026-11-21T12:02:10.000Z', 'partner', 22, 'responded', 200, id(7)],
    ['2026-11-21T12:00:01.000Z', 'partner', 20, 'responded', 200, id(1)],
    ['2026-11-21T12:03:00.000Z', 'bank', 15, 'responded', 422, id(8)],
  ],
  [
    ['key-4', 3, 'request.completed'],
    ['key-1', 2, 'request.completed'],
  ],
  [['key-1', 2]],
  [
    ['partner', 7, 0.5, 45.607],
    ['bank', 2, 0.5, 6.875],
  ],
  [
    ['partner', 'netscope-0', 'open', '2026-11-21T12:01:21.000Z', WHY, '00:00:05'],
    ['partner', 'netscope-0', 'half_open', '2026-11-21T12:01:26.000Z', WHY, '00:00:00.5'],
    ['partner', 'netscope-0', 'closed', '2026-11-21T12:01:26.500Z', WHY, null],
  ],
  [
    [
      '2026-11-21T12:03:00.010Z',
      'rejected',
      'UPSTREAM_REJECTED',
      'orders',
      2,
      8,
      'orders.dead/0/17',
    ],
  ],
  [
    ['2026-11-21T12:03:00.000Z', 'request.failed', 'responded', 422, 1, id(8)],
    ['2026-11-21T12:03:00.010Z', 'request.quarantined', null, null, null, id(8)],
  ],
  [
    ['A 17', 3, 503, 'taken'],
    ['B 9', 1, 200, null],
  ],
  [
    [
      '2026-11-21T11:59:58.000Z',
      'netscope-0',
      'system.started',
      null,
      { version: '0.1.0', previous_epoch: 'clean' },
    ],
    [
      '2026-11-21T13:15:00.000Z',
      'netscope-0',
      'audit.gap',
      '42',
      {
        events: 42,
        first_at: '2026-11-21T13:10:00.000Z',
        last_at: '2026-11-21T13:14:00.000Z',
      },
    ],
  ],
];

test('the guide has an answer here for each of its examples', () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
  expect(ANSWERS).toHaveLength(EXAMPLES.length);
});

test.each(EXAMPLES.map((sql, at) => ({ sql, answer: ANSWERS[at] })))(
  'the guide is right about $sql',
  async ({ sql, answer }) => {
    expect(await rowsOf(sql, 'store')).toEqual(answer);
  },
);

test('a state of a circuit that the guide asks for ends with the life of its node', async () => {
  const sql = EXAMPLES.find((each) => each.includes('circuit_to as state')) ?? '';
  const store = `${directory.path}/lives`;
  const mark = (at: string, eventType: string): TrailLine => ({
    timestamp: at,
    event_type: eventType,
  });
  const [open, isolated] = ['2026-11-21T12:00:10.000Z', '2026-11-21T12:10:10.000Z'];
  const [stopped, last] = ['2026-11-21T12:11:00.000Z', '2026-11-21T12:00:30.000Z'];
  writeTrail(store, [circuitLine(open, 'closed', 'open'), mark(last, 'request.failed')]);
  const second = [circuitLine(isolated, 'closed', 'isolated'), mark(stopped, 'system.stopped')];
  writeTrail(store, second, { epoch: '000000000002ab12' });
  writeTrail(store, [circuitLine(open, 'closed', 'open')], { node: 'other' });
  expect(await rowsOf(sql, 'lives')).toEqual([
    ['partner', 'netscope-0', 'open', open, WHY, '00:00:20'],
    ['partner', 'netscope-0', 'isolated', isolated, WHY, '00:00:50'],
    ['partner', 'other', 'open', open, WHY, null],
  ]);
});

async function rowsOf(sql: string, store: string): Promise<readonly unknown[]> {
  using folder = new TestDirectory();
  const columns = await planQuery(sql, signal);
  using database = await EventDatabase.open({ columns, folder: folder.path });
  await database.fill(eventsBelow(`${directory.path}/${store}`, signal));
  const batches = await Array.fromAsync(database.rows(sql, signal));
  return batches.flatMap(({ rows }) => rows);
}
