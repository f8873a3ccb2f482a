import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hourKeys, touchesHour } from '../../src/reader/time-range.ts';
import { objectKey } from '../../src/spool/object-key.ts';

const HOUR_MS = 3_600_000;
const TODAY_MS = Date.UTC(2026, 10, 21);

describe('the keys of a range', () => {
  it('are those of the hours that it touches, whatever the range', () => {
    const instant = integer({ min: TODAY_MS - 100 * HOUR_MS, max: TODAY_MS + 100 * HOUR_MS });
    assert(
      property(instant, integer({ min: 1, max: 30 * HOUR_MS }), instant, (fromMs, lengthMs, at) => {
        const range = { fromMs, toMs: fromMs + lengthMs };
        const { after = '', before = '' } = hourKeys(range, 'audit/v1/');
        const key = keyAt(at);
        const hourStartMs = Math.floor(at / HOUR_MS) * HOUR_MS;
        expect(key > after && key < before).toBe(touchesHour(range, hourStartMs));
      }),
    );
  });

  it('are those of all hours behind its start where it ends with the year 9999', () => {
    for (const end of ['9999-12-31T23:00:00.001Z', '9999-12-31T23:59:59.999Z']) {
      const range = { fromMs: TODAY_MS, toMs: Date.parse(end) };
      const { after = '', before } = hourKeys(range, 'audit/v1/');
      expect(before).toBeUndefined();
      expect(keyAt(TODAY_MS - 1) > after).toBe(false);
      expect(keyAt(TODAY_MS) > after).toBe(true);
    }
    const last = { fromMs: undefined, toMs: Date.parse('9999-12-31T23:00:00Z') };
    expect(hourKeys(last, '').before).toBe('dt=9999-12-31/hour=23/');
  });

  it('are open where the range is', () => {
    const open = { fromMs: undefined, toMs: undefined };
    expect(hourKeys(open, 'audit/v1/')).toEqual({ after: undefined, before: undefined });
  });
});

function keyAt(firstTimeMs: number): string {
  const segment = {
    name: '',
    epoch: '000000000001abcd',
    firstSeq: 1,
    lastSeq: 1,
    events: 1,
    bytes: 1,
    firstTimeMs,
    lastTimeMs: firstTimeMs,
    routeGroups: [],
    head: '',
  };
  return objectKey(segment, { node: 'n', service: 's' });
}
