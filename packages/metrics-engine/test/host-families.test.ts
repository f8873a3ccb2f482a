import type { HostSample } from '@netscope/domain';
import { ManualClock, RecordingLog } from '@netscope/test-support';
import { expect, it } from 'vitest';

import { createMetricsEngine, type MetricsEngineOptions } from '../src/metrics-engine.ts';

const SAMPLE: HostSample = {
  collection_us: 100,
  cpu: { count: 1, seconds_total: { user: 5, idle: 7 }, per_cpu: [] },
  disks: { vda: { is_partition: false, read_bytes_total: 512 } },
  filesystems: {
    '/': {
      device: '/dev/vda',
      fstype: 'ext4',
      readonly: false,
      size_bytes: 100,
      free_bytes: 50,
      avail_bytes: 40,
      files: 10,
      files_free: 9,
    },
  },
  limits: { nofile: { soft: 1024 } },
  process: {
    pid: 1,
    user_time_ns: 2_500_000_000,
    system_time_ns: 500_000_000,
    total_time_ns: 3_000_000_000,
    usage_percent: 150,
    rss_bytes: 1000,
  },
};

async function scrape(more: Partial<MetricsEngineOptions>): Promise<string> {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const engine = createMetricsEngine({
    bucketsSeconds: [1],
    seriesMax: 100,
    clock,
    log,
    ...more,
  });
  return (await engine.scrape('text')).body;
}

it('tells this process in base units, and nothing of what is not known', async () => {
  const body = await scrape({ host: () => SAMPLE });
  expect(body).toContain('netscope_process_cpu_seconds_total{mode="user"} 2.5\n');
  expect(body).toContain('netscope_process_cpu_usage_ratio 1.5\n');
  expect(body).toContain('netscope_process_resident_memory_bytes 1000\n');
  expect(body).toContain('netscope_process_max_fds 1024\n');
  expect(body).not.toMatch(/^netscope_process_threads \d/m);
  expect(body).not.toContain('node_cpu');
});

it("tells the host under node_exporter's names only where it is asked to", async () => {
  const body = await scrape({ host: () => SAMPLE, nodeMetrics: true });
  expect(body).toContain('node_cpu_seconds_total{mode="idle"} 7\n');
  expect(body).toContain('node_disk_read_bytes_total{device="vda"} 512\n');
  expect(body).toContain(
    'node_filesystem_avail_bytes{device="/dev/vda",fstype="ext4",mountpoint="/"} 40\n',
  );
});

it('has no sample before the first look', async () => {
  const body = await scrape({ host: () => undefined, nodeMetrics: true });
  expect(body).not.toMatch(/^(?:netscope_process|node)_\w+(?:\{.*\})? \d/m);
});
