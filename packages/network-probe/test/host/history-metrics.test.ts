import type { HostSample } from '@netscope/domain';
import { expect, it } from 'vitest';

import { historyMetrics } from '../../src/host/history-metrics.ts';

const DISK = { is_partition: false, read_bytes_total: 7 };

it('keeps what moves under its path, and neither totals nor what is absent', () => {
  const sample: HostSample = {
    collection_us: 1,
    cpu: { count: 2, usage_percent: 5, per_cpu: [] },
    disks: { vda: { ...DISK, busy_percent: 3 } },
    pressure: { io: { some_avg10: 1 } },
  };
  expect(historyMetrics(sample)).toEqual([
    ['cpu.usage_percent', 5],
    ['pressure.io.some_avg10', 1],
    ['disks.vda.busy_percent', 3],
  ]);
});

it('keeps eight devices of a kind, the first by name', () => {
  const names = Array.from({ length: 20 }, (_, index) => `d${String(index).padStart(2, '0')}`);
  const disks = Object.fromEntries(names.map((name) => [name, { ...DISK, busy_percent: 1 }]));
  const kept = historyMetrics({ collection_us: 1, disks }).map(([metric]) => metric);
  expect(kept).toEqual(names.slice(0, 8).map((name) => `disks.${name}.busy_percent`));
});
