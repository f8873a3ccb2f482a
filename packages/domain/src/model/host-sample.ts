import { z } from 'zod';

/**
 * What one look at the host and at this process found, in wire form. Whatever the platform does not
 * tell is absent. Totals are since the start of the host, device or process; percents and rates are
 * over the interval since the look before, so the first look has none.
 */
const amount = z.number().min(0).optional();
const percent = z.number().min(0).max(100).optional();
const total = z.number().min(0).optional();

const cpuModesSchema = z.object({
  user: z.number().min(0),
  nice: z.number().min(0),
  system: z.number().min(0),
  idle: z.number().min(0),
  iowait: z.number().min(0),
  irq: z.number().min(0),
  softirq: z.number().min(0),
  steal: z.number().min(0),
});

const cpuSchema = z.object({
  count: z.int().min(0).describe('CPUs that are online'),
  seconds_total: cpuModesSchema.partial().optional(),
  percent: cpuModesSchema.partial().optional().describe('of all CPUs together; sums to 100'),
  usage_percent: percent.describe('neither idle nor waiting for I/O, of all CPUs together'),
  per_cpu: z.array(z.object({ cpu: z.int().min(0), usage_percent: percent })),
});

const loadSchema = z.object({ load1: z.number(), load5: z.number(), load15: z.number() });

const memorySchema = z.object({
  total_bytes: amount,
  available_bytes: amount,
  used_bytes: amount.describe('total less available'),
  free_bytes: amount,
  buffers_bytes: amount,
  cached_bytes: amount,
  shared_bytes: amount,
  swap_total_bytes: amount,
  swap_free_bytes: amount,
  swap_used_bytes: amount,
});

const pressureSchema = z.object({
  some_avg10: percent.describe('percent of the last 10 s in which at least one task waited'),
  some_avg60: percent,
  some_avg300: percent,
  waiting_seconds_total: total,
  full_avg10: percent.describe('percent of the last 10 s in which all tasks waited'),
  full_avg60: percent,
  full_avg300: percent,
  stalled_seconds_total: total,
});

const diskSchema = z.object({
  is_partition: z.boolean(),
  reads_completed_total: total,
  read_bytes_total: total,
  read_time_seconds_total: total,
  writes_completed_total: total,
  written_bytes_total: total,
  write_time_seconds_total: total,
  io_now: amount,
  io_time_seconds_total: total,
  read_bytes_per_second: amount,
  written_bytes_per_second: amount,
  reads_per_second: amount,
  writes_per_second: amount,
  busy_percent: percent.describe('time with at least one request under way'),
});

const filesystemSchema = z.object({
  device: z.string(),
  fstype: z.string(),
  readonly: z.boolean(),
  size_bytes: z.number().min(0),
  free_bytes: z.number().min(0),
  avail_bytes: z.number().min(0).describe('what a process without privileges may still use'),
  used_percent: percent.describe('as df counts: used over used and available'),
  files: z.number().min(0),
  files_free: z.number().min(0),
});

const interfaceSchema = z.object({
  addresses: z.array(z.string()),
  receive_bytes_total: total,
  receive_packets_total: total,
  receive_errs_total: total,
  receive_drop_total: total,
  transmit_bytes_total: total,
  transmit_packets_total: total,
  transmit_errs_total: total,
  transmit_drop_total: total,
  receive_bytes_per_second: amount,
  transmit_bytes_per_second: amount,
});

const cgroupSchema = z.object({
  version: z.enum(['v1', 'v2', 'hybrid']),
  cpu_limit_cores: amount,
  cpu_usage_seconds_total: total,
  cpu_periods_total: total,
  cpu_throttled_periods_total: total,
  cpu_throttled_seconds_total: total,
  memory_limit_bytes: amount,
  memory_usage_bytes: amount,
  memory_swap_limit_bytes: amount,
  memory_swap_usage_bytes: amount,
  pids_limit: amount,
  pids_current: amount,
});

const limitSchema = z.object({ soft: amount, hard: amount });

/** One process; the fields that `network.md` names, and what helps to read them. */
export const processSampleSchema = z.object({
  pid: z.int().min(0),
  user_time_ns: z.number().min(0),
  system_time_ns: z.number().min(0),
  total_time_ns: z.number().min(0),
  usage_percent: z.number().min(0).optional().describe('100 is one core'),
  rss_bytes: amount,
  vms_bytes: amount,
  swap_bytes: amount,
  shared_bytes: amount,
  data_bytes: amount,
  stack_bytes: amount,
  threads: amount,
  open_fds: amount,
  major_faults_total: total,
  start_time_seconds: amount.describe('since the epoch'),
});

/** TCP states in the order in which the kernel numbers them. */
export const TCP_STATES = [
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
] as const;

const tcpSchema = z.record(z.enum(TCP_STATES), z.int().min(0));

/** Everything that one look found. */
export const hostSampleSchema = z.object({
  interval_ms: amount.describe('since the look before; absent at the first'),
  collection_us: z.number().min(0).describe('what the look took, on a thread of its own'),
  cpu: cpuSchema.optional(),
  load: loadSchema.optional(),
  memory: memorySchema.optional(),
  pressure: z
    .object({
      cpu: pressureSchema.optional(),
      io: pressureSchema.optional(),
      memory: pressureSchema.optional(),
    })
    .optional(),
  disks: z.record(z.string(), diskSchema).optional(),
  filesystems: z.record(z.string(), filesystemSchema).optional().describe('local ones, by mount'),
  interfaces: z.record(z.string(), interfaceSchema).optional(),
  cgroup: cgroupSchema.optional().describe('quotas of this process; an absent limit is none'),
  limits: z
    .record(z.string(), limitSchema)
    .optional()
    .describe('getrlimit of this process; an absent one is unlimited'),
  process: processSampleSchema.optional(),
  tcp: tcpSchema.optional().describe('sockets of the network namespace by state'),
});

export type HostSample = z.infer<typeof hostSampleSchema>;
export type ProcessSample = z.infer<typeof processSampleSchema>;

/** One TCP socket of this process. */
export const socketSchema = z.object({
  state: z.enum([...TCP_STATES, 'unknown']),
  local_address: z.string(),
  local_port: z.int().min(0),
  remote_address: z.string(),
  remote_port: z.int().min(0),
  cookie: z.string().describe("the kernel's identity of the socket"),
  receive_queue: z.int().min(0).describe('bytes received and not read'),
  send_queue: z.int().min(0).describe('bytes sent and not acknowledged, or not sent yet'),
  rtt_ms: amount,
  rttvar_ms: amount,
  min_rtt_ms: amount,
  cwnd: amount,
  retransmits_total: total,
  lost: amount,
  delivery_rate_bytes_per_second: amount,
  bytes_acked: amount,
  bytes_received: amount,
  last_data_received_ms: amount,
});

export type SocketSample = z.infer<typeof socketSchema>;

/** The parts of a sample that a platform may lack. */
export const HOST_PARTS = [
  'cpu',
  'load',
  'memory',
  'pressure',
  'disks',
  'filesystems',
  'interfaces',
  'cgroup',
  'limits',
  'process',
  'tcp',
] as const satisfies readonly (keyof HostSample)[];

export type HostPart = (typeof HOST_PARTS)[number];
