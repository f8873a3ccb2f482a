import type { FoundEvent } from '@netscope/audit-ceph/reader';
import { expect, test } from 'vitest';

import { DaysOfEvents } from '../../../src/commands/audit/days-of-events.ts';

function found(day: string, seq: number): FoundEvent {
  return { key: `audit/v1/dt=${day}/hour=00/x`, line: Buffer.from(''), event: { seq } };
}

async function* events(...list: readonly FoundEvent[]): AsyncIterable<FoundEvent> {
  yield* list;
}

async function daysOf(source: AsyncIterable<FoundEvent>): Promise<readonly unknown[]> {
  const told: unknown[] = [];
  for await (const day of new DaysOfEvents(source)) {
    const seqs = (await Array.fromAsync(day.events)).map(({ event }) => event['seq']);
    told.push([day.day, ...seqs]);
  }
  return told;
}

test('events come day by day, each once', async () => {
  const source = events(found('2026-11-20', 1), found('2026-11-20', 2), found('2026-11-22', 3));
  expect(await daysOf(source)).toEqual([
    ['2026-11-20', 1, 2],
    ['2026-11-22', 3],
  ]);
});

test('without an event there is no day', async () => {
  expect(await daysOf(events())).toEqual([]);
});

test('the source is ended where nobody reads on', async () => {
  let isEnded = false;
  async function* source(): AsyncIterable<FoundEvent> {
    try {
      yield found('2026-11-20', 1);
      yield found('2026-11-21', 2);
    } finally {
      isEnded = true;
    }
  }
  for await (const { day } of new DaysOfEvents(source())) {
    if (day !== '') break;
  }
  expect(isEnded).toBe(true);
});
