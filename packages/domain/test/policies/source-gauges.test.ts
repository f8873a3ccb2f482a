import { RecordingMetrics } from '@netscope/test-support';
import { expect, test } from 'vitest';

import type { PartitionStatus } from '../../src/model/source-status.ts';
import { registerSourceGauges } from '../../src/policies/source-gauges.ts';

const status = (facts: Partial<PartitionStatus>): PartitionStatus => ({
  topic: 'orders',
  partition: 0,
  position: 0,
  committed: undefined,
  lagRecords: undefined,
  lagSeconds: undefined,
  paused: false,
  lost: undefined,
  offsetMap: undefined,
  ...facts,
});

function samplesOf(name: string, ...partitions: readonly PartitionStatus[]): readonly unknown[] {
  const metrics = new RecordingMetrics();
  registerSourceGauges(metrics, () => partitions);
  return metrics.gaugeSamples(name);
}

test('a lag that is not known has no sample', () => {
  expect(samplesOf('consumer_lag_seconds', status({ lagRecords: 300 }))).toEqual([]);
  expect(samplesOf('consumer_lag_records', status({}))).toEqual([]);
  expect(samplesOf('partitions_assigned', status({}))).toEqual([
    { labels: { topic: 'orders' }, value: 1 },
  ]);
});

test('of what is known, records are summed and the greatest age is told', () => {
  const known = [
    status({ lagRecords: 2, lagSeconds: 1 }),
    status({ lagRecords: 3, lagSeconds: 7 }),
    status({}),
  ];
  const labels = { topic: 'orders' };
  expect(samplesOf('consumer_lag_records', ...known)).toEqual([{ labels, value: 5 }]);
  expect(samplesOf('consumer_lag_seconds', ...known)).toEqual([{ labels, value: 7 }]);
});
