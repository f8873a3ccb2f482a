import type { HostSample } from '@netscope/domain';

import type { MetricFamily, Sample } from './metric-family.ts';

type Read = () => HostSample | undefined;
type Pick = (sample: HostSample) => readonly (Sample | undefined)[];

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly pick: Pick;
}

const PROCESS: readonly Definition[] = [
  {
    name: 'netscope_process_cpu_seconds_total',
    help: 'CPU time of this process, seconds.',
    type: 'counter',
    pick: ({ process }) => [
      labelled('mode', 'user', seconds(process?.user_time_ns)),
      labelled('mode', 'system', seconds(process?.system_time_ns)),
    ],
  },
  {
    name: 'netscope_process_cpu_usage_ratio',
    help: 'CPU of this process over the last look; 1 is one core.',
    type: 'gauge',
    pick: ({ process }) => [plain(part(process?.usage_percent, 1 / 100))],
  },
  ...(
    [
      ['resident', 'rss_bytes', 'Resident memory'],
      ['virtual', 'vms_bytes', 'Virtual memory'],
      ['swap', 'swap_bytes', 'Swapped-out memory'],
      ['shared', 'shared_bytes', 'Resident memory shared with files and others'],
      ['data', 'data_bytes', 'Memory of heap and data'],
      ['stack', 'stack_bytes', 'Memory of the main stack'],
    ] as const
  ).map(([name, field, what]): Definition => ({
    name: `netscope_process_${name}_memory_bytes`,
    help: `${what} of this process.`,
    type: 'gauge',
    pick: ({ process }) => [plain(process?.[field])],
  })),
  {
    name: 'netscope_process_threads',
    help: 'Threads of this process.',
    type: 'gauge',
    pick: ({ process }) => [plain(process?.threads)],
  },
  {
    name: 'netscope_process_open_fds',
    help: 'Open file descriptors of this process.',
    type: 'gauge',
    pick: ({ process }) => [plain(process?.open_fds)],
  },
  {
    name: 'netscope_process_max_fds',
    help: 'File descriptors that this process may open.',
    type: 'gauge',
    pick: ({ limits }) => [plain(limits?.['nofile']?.soft)],
  },
];

const CPU_AND_MEMORY: readonly Definition[] = [
  {
    name: 'node_cpu_seconds_total',
    help: 'CPU time of the host by mode, all CPUs together, seconds.',
    type: 'counter',
    pick: ({ cpu }) =>
      Object.entries(cpu?.seconds_total ?? {}).map(([mode, value]) =>
        labelled('mode', mode, value),
      ),
  },
  ...(['load1', 'load5', 'load15'] as const).map((name): Definition => ({
    name: `node_${name}`,
    help: `Load average of the last ${name.slice('load'.length)} minutes.`,
    type: 'gauge',
    pick: ({ load }) => [plain(load?.[name])],
  })),
  ...(
    [
      ['MemTotal', 'total_bytes'],
      ['MemAvailable', 'available_bytes'],
      ['MemFree', 'free_bytes'],
      ['Buffers', 'buffers_bytes'],
      ['Cached', 'cached_bytes'],
      ['Shmem', 'shared_bytes'],
      ['SwapTotal', 'swap_total_bytes'],
      ['SwapFree', 'swap_free_bytes'],
    ] as const
  ).map(([name, field]): Definition => ({
    name: `node_memory_${name}_bytes`,
    help: `${name} of /proc/meminfo.`,
    type: 'gauge',
    pick: ({ memory }) => [plain(memory?.[field])],
  })),
  ...(['cpu', 'io', 'memory'] as const).flatMap((kind): Definition[] => [
    {
      name: `node_pressure_${kind}_waiting_seconds_total`,
      help: `Time in which at least one task waited for ${kind}, seconds.`,
      type: 'counter',
      pick: ({ pressure }) => [plain(pressure?.[kind]?.waiting_seconds_total)],
    },
    {
      name: `node_pressure_${kind}_stalled_seconds_total`,
      help: `Time in which all tasks waited for ${kind}, seconds.`,
      type: 'counter',
      pick: ({ pressure }) => [plain(pressure?.[kind]?.stalled_seconds_total)],
    },
  ]),
];

const DEVICES: readonly Definition[] = [
  ...(
    [
      ['reads_completed_total', 'Reads completed'],
      ['read_bytes_total', 'Bytes read'],
      ['read_time_seconds_total', 'Time of all reads, seconds'],
      ['writes_completed_total', 'Writes completed'],
      ['written_bytes_total', 'Bytes written'],
      ['write_time_seconds_total', 'Time of all writes, seconds'],
      ['io_time_seconds_total', 'Time with a request under way, seconds'],
    ] as const
  ).map(([field, help]): Definition => ({
    name: `node_disk_${field}`,
    help: `${help}.`,
    type: 'counter',
    pick: ({ disks }) =>
      Object.entries(disks ?? {}).map(([device, disk]) => labelled('device', device, disk[field])),
  })),
  ...(
    [
      ['size_bytes', 'Size'],
      ['free_bytes', 'Free space'],
      ['avail_bytes', 'Space free to processes without privileges'],
      ['files', 'File nodes'],
      ['files_free', 'Free file nodes'],
    ] as const
  ).map(([field, help]): Definition => ({
    name: `node_filesystem_${field}`,
    help: `${help} of a local file system.`,
    type: 'gauge',
    pick: ({ filesystems }) =>
      Object.entries(filesystems ?? {}).map(([mountpoint, { device, fstype, [field]: value }]) => ({
        labels: { device, fstype, mountpoint },
        value,
      })),
  })),
  ...(
    [
      ['receive_bytes_total', 'Bytes received'],
      ['receive_packets_total', 'Packets received'],
      ['receive_errs_total', 'Packets received with errors'],
      ['receive_drop_total', 'Packets received and dropped'],
      ['transmit_bytes_total', 'Bytes sent'],
      ['transmit_packets_total', 'Packets sent'],
      ['transmit_errs_total', 'Packets not sent for errors'],
      ['transmit_drop_total', 'Packets dropped before they were sent'],
    ] as const
  ).map(([field, help]): Definition => ({
    name: `node_network_${field}`,
    help: `${help}.`,
    type: 'counter',
    pick: ({ interfaces }) =>
      Object.entries(interfaces ?? {}).map(([device, one]) =>
        labelled('device', device, one[field]),
      ),
  })),
];

/** This process as the host sees it. A value that is not known has no sample. */
export function hostProcessFamilies(read: Read): readonly MetricFamily[] {
  return PROCESS.map((definition) => familyOf(definition, read));
}

/** The host under node_exporter's names, whose `node_cpu_seconds_total` here is of all CPUs. */
export function nodeFamilies(read: Read): readonly MetricFamily[] {
  return [...CPU_AND_MEMORY, ...DEVICES].map((definition) => familyOf(definition, read));
}

function familyOf({ name, help, type, pick }: Definition, read: Read): MetricFamily {
  return {
    name,
    help,
    type,
    read: () => {
      const sample = read();
      return sample === undefined ? [] : pick(sample).filter((one) => one !== undefined);
    },
  };
}

function plain(value: number | undefined): Sample | undefined {
  return value === undefined ? undefined : { labels: {}, value };
}

function labelled(label: string, of: string, value: number | undefined): Sample | undefined {
  return value === undefined ? undefined : { labels: { [label]: of }, value };
}

function part(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by;
}

function seconds(ns: number | undefined): number | undefined {
  return part(ns, 1e-9);
}
