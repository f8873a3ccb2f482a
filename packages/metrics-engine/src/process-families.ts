import type { MetricFamily } from './metric-family.ts';

/** What the process costs, under the names that every Prometheus client uses. */
export function processFamilies(startedAtMs: number): readonly MetricFamily[] {
  return [
    counter('process_cpu_seconds_total', 'User and system CPU time, seconds.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    counter('process_cpu_user_seconds_total', 'User CPU time, seconds.', () => {
      return process.cpuUsage().user / 1e6;
    }),
    counter('process_cpu_system_seconds_total', 'System CPU time, seconds.', () => {
      return process.cpuUsage().system / 1e6;
    }),
    gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'Start, seconds since the epoch.',
      () => startedAtMs / 1000,
    ),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory of buffers and the like.', () => {
      return process.memoryUsage().external;
    }),
  ];
}

function counter(name: string, help: string, read: () => number): MetricFamily {
  return { name, help, type: 'counter', read: () => [{ labels: {}, value: read() }] };
}

function gauge(name: string, help: string, read: () => number): MetricFamily {
  return { name, help, type: 'gauge', read: () => [{ labels: {}, value: read() }] };
}
