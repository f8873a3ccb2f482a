import { ManualClock, RecordingMetrics, SeededRandom } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { DropCounter } from '../../src/drop-counter.ts';

/** Vector dropped the newest events of a full buffer and counted none of them. */
test('every dropped event is in the status, the metric and one gap event', () => {
  const metrics = new RecordingMetrics();
  const random = new SeededRandom(1);
  const drops = new DropCounter({ metrics, random, clock: new ManualClock(), traceId: 'a' });
  for (let index = 0; index < 5; index += 1) drops.count('spool_full');
  drops.count('disk_failing');
  expect(drops.byReason).toEqual({ spool_full: 5, disk_failing: 1 });
  expect(metrics.total('audit_events_dropped_total')).toBe(6);
  expect(drops.takeGap()?.facts).toMatchObject({ events: 6, spool_full: 5, disk_failing: 1 });
  expect(drops.takeGap()).toBeUndefined();
  drops.count('spool_full');
  expect(drops.takeGap()?.facts).toMatchObject({ events: 1 });
});
