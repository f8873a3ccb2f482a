import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BatchLog, type Place } from '../../src/services/batch-log.ts';

const BOUNDS = { events: 20, bytes: 200 };

const step = oneof(
  record({ kind: constantFrom('append' as const), events: integer({ min: 1, max: 8 }) }),
  record({ kind: constantFrom('read' as const), reader: integer({ min: 0, max: 2 }) }),
);

describe('BatchLog', () => {
  it('gives every reader each event once and in order, or says that it is lost', () => {
    assert(
      property(array(step, { maxLength: 80 }), (steps) => {
        const log = new BatchLog(BOUNDS);
        const readers = [0, 1, 2].map(() => ({ place: log.end(), next: 0 }));
        let published = 0;
        for (const one of steps) {
          if (one.kind === 'append') {
            log.append(Buffer.alloc(one.events * 10, published), one.events);
            published += one.events;
          } else {
            const reader = readers[one.reader];
            if (reader !== undefined) readAll(log, reader);
          }
        }
        for (const reader of readers) {
          readAll(log, reader);
          expect(reader.next).toBe(published);
        }
      }),
    );
  });

  it('holds no more than its bounds, but always the newest', () => {
    const log = new BatchLog(BOUNDS);
    const place = log.end();
    for (let batch = 0; batch < 50; batch += 1) log.append(Buffer.alloc(30), 3);
    expect(log.catchUp(place)).toBe(150 - 18);
    log.append(Buffer.alloc(5000), 500);
    expect(log.catchUp(place)).toBe(18);
    expect(log.take(place)?.events).toBe(500);
    expect(log.take(place)).toBeUndefined();
  });

  it('shows a new reader nothing of what was before', () => {
    const log = new BatchLog(BOUNDS);
    log.append(Buffer.alloc(10), 1);
    const place = log.end();
    expect(log.catchUp(place)).toBe(0);
    expect(log.take(place)).toBeUndefined();
  });
});

function readAll(log: BatchLog, reader: { place: Place; next: number }): void {
  reader.next += log.catchUp(reader.place);
  for (let batch = log.take(reader.place); batch !== undefined; batch = log.take(reader.place)) {
    expect(batch.firstEvent).toBe(reader.next);
    reader.next += batch.events;
  }
}
