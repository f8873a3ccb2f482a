import type { HostSample } from '@netscope/domain';

/** Devices of one kind whose series are kept: the first by name. */
const DEVICES_MAX = 8;

type Values = Readonly<Record<string, unknown>>;

/** Parts whose values are kept as they are named, by part. */
const FIXED: readonly (readonly [string, (sample: HostSample) => Values | undefined, string[]])[] =
  [
    ['cpu', (sample) => sample.cpu, ['usage_percent']],
    ['cpu.percent', (sample) => sample.cpu?.percent, ['user', 'system', 'iowait', 'steal']],
    ['load', (sample) => sample.load, ['load1', 'load5', 'load15']],
    [
      'memory',
      (sample) => sample.memory,
      ['used_bytes', 'available_bytes', 'cached_bytes', 'shared_bytes', 'swap_used_bytes'],
    ],
    ...(['cpu', 'io', 'memory'] as const).map(
      (kind) =>
        [
          `pressure.${kind}`,
          (sample: HostSample) => sample.pressure?.[kind],
          ['some_avg10', 'full_avg10'],
        ] satisfies (typeof FIXED)[number],
    ),
    ['cgroup', (sample) => sample.cgroup, ['memory_usage_bytes', 'pids_current']],
    [
      'process',
      (sample) => sample.process,
      ['usage_percent', 'rss_bytes', 'vms_bytes', 'swap_bytes', 'threads', 'open_fds'],
    ],
    ['tcp', (sample) => sample.tcp, ['established', 'listen', 'time_wait', 'close_wait']],
  ];

const DEVICES: readonly (readonly [
  string,
  (sample: HostSample) => Readonly<Record<string, Values>> | undefined,
  string[],
])[] = [
  [
    'disks',
    (sample) => sample.disks,
    ['read_bytes_per_second', 'written_bytes_per_second', 'busy_percent'],
  ],
  ['filesystems', (sample) => sample.filesystems, ['used_percent', 'avail_bytes']],
  [
    'interfaces',
    (sample) => sample.interfaces,
    ['receive_bytes_per_second', 'transmit_bytes_per_second'],
  ],
];

/**
 * What the history keeps of a sample: the values that move, under their path in `GET /v1/host`, as
 * `cpu.usage_percent` or `disks.vda.busy_percent`. Totals are not kept: their rates are.
 */
export function historyMetrics(sample: HostSample): readonly (readonly [string, number])[] {
  const fixed = FIXED.flatMap(([part, read, names]) => numbersOf(part, read(sample), names));
  const devices = DEVICES.flatMap(([part, read, names]) =>
    Object.entries(read(sample) ?? {})
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, DEVICES_MAX)
      .flatMap(([name, values]) => numbersOf(`${part}.${name}`, values, names)),
  );
  return [...fixed, ...devices];
}

function numbersOf(
  part: string,
  values: Values | undefined,
  names: readonly string[],
): readonly (readonly [string, number])[] {
  if (values === undefined) return [];
  return names.flatMap((name) => {
    const value = values[name];
    return typeof value === 'number' ? [[`${part}.${name}`, value] as const] : [];
  });
}
