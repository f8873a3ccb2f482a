import { expect, it } from 'vitest';

import { HostSeries } from '../../../src/page/model/host-series.ts';

it('has one value a stretch, the newest, and none where nothing is known', () => {
  const series = new HostSeries(1000, 4);
  series.add('cpu.usage_percent', 10_100, 1);
  series.add('cpu.usage_percent', 10_900, 2);
  series.add('cpu.usage_percent', 12_000, 3);
  expect(series.values('cpu.usage_percent', 13_500)).toEqual([undefined, 2, undefined, 3]);
  expect(series.values('process.rss_bytes', 13_500)).toEqual(Array(4).fill(undefined));
});

it('leaves out the stretch that is not over and forgets what it no longer shows', () => {
  const series = new HostSeries(1000, 2);
  for (let second = 0; second < 100; second += 1) {
    series.add('cpu.usage_percent', second * 1000, second);
  }
  expect(series.values('cpu.usage_percent', 99_000)).toEqual([97, 98]);
  expect(series.values('cpu.usage_percent', 50_000)).toEqual([undefined, undefined]);
});
