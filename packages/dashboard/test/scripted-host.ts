import type { Connection, Connections, Host, HostHistory } from '@netscope/api-server/contract';

const GIB = 1024 ** 3;

const PARTS = [
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
] as const;

/** A host that is busy in a plausible way, or one of which only Node knows something. */
export class ScriptedHost {
  isNative = true;

  now(): Host {
    const sample = this.isNative ? fullSample() : nodeSample();
    const has = (part: (typeof PARTS)[number]): boolean => part in sample;
    return {
      sampled_at: new Date().toISOString(),
      origin: this.isNative ? 'native' : 'node',
      ...(this.isNative ? {} : { reason: 'the native probe is not built' }),
      capabilities: {
        cpu: true,
        load: true,
        memory: true,
        pressure: has('pressure'),
        disks: has('disks'),
        filesystems: has('filesystems'),
        interfaces: true,
        cgroup: has('cgroup'),
        limits: has('limits'),
        process: true,
        tcp: has('tcp'),
      },
      ...sample,
    };
  }

  history(metric: string): HostHistory {
    const nowMs = Math.floor(Date.now() / 1000) * 1000;
    const points = Array.from({ length: 300 }, (_, index) => {
      const value = metric.endsWith('bytes')
        ? 0.3 * GIB + index * 100_000
        : 20 + 15 * Math.sin(index / 20);
      return { at: at(nowMs - (300 - index) * 1000), min: value, max: value, mean: value };
    });
    return { metric, from: at(nowMs - 300_000), to: at(nowMs), step_ms: 1000, points };
  }

  connections(): Connections {
    const by_role = { kafka: 2, store: 1, upstream: 30, api: 2, other: 0 };
    if (!this.isNative) {
      const none = { kafka: 0, store: 0, upstream: 0, api: 0, other: 0 };
      const reason = 'the native probe is not built';
      return { available: false, reason, total: 0, by_role: none, connections: [] };
    }
    const connections = [
      connection('kafka', 9092, 1),
      connection('kafka', 9092, 2),
      connection('store', 7480, 3),
      { ...connection('api', 0, 51), state: 'listen' as const, send_queue: 511 },
      ...Array.from({ length: 30 }, (_, index) => connection('upstream', 443, 10 + index)),
      connection('api', 51_000, 50),
    ];
    return { available: true, total: connections.length, by_role, connections };
  }
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}

function connection(role: Connection['role'], port: number, index: number): Connection {
  return {
    role,
    ...(role === 'upstream' ? { name: 'partner-billing' } : {}),
    state: 'established',
    local_address: '10.20.0.7',
    local_port: role === 'api' ? 8080 : 40_000 + index,
    remote_address: role === 'upstream' ? '2001:db8:85a3::8a2e:370:7334' : '10.20.0.9',
    remote_port: port,
    cookie: String(index),
    receive_queue: 0,
    send_queue: index * 100,
    rtt_ms: 0.3 + index / 10,
    min_rtt_ms: 0.2,
    retransmits_total: index % 3,
  };
}

function nodeSample(): Partial<Host> & Pick<Host, 'collection_us'> {
  return {
    interval_ms: 1000,
    collection_us: 90,
    cpu: { count: 4, usage_percent: 21, per_cpu: [] },
    load: { load1: 0.4, load5: 0.6, load15: 0.5 },
    memory: { total_bytes: 16 * GIB, free_bytes: 2 * GIB },
    interfaces: { eth0: { addresses: ['10.20.0.7'] } },
    process: {
      pid: 7,
      user_time_ns: 9e9,
      system_time_ns: 2e9,
      total_time_ns: 11e9,
      usage_percent: 44,
      rss_bytes: 0.3 * GIB,
    },
  };
}

function fullSample(): Partial<Host> & Pick<Host, 'collection_us'> {
  const node = nodeSample();
  const pressure = { some_avg10: 3.2, some_avg60: 2, some_avg300: 1 };
  return {
    ...node,
    memory: {
      total_bytes: 16 * GIB,
      used_bytes: 11 * GIB,
      swap_total_bytes: GIB,
      swap_used_bytes: 0,
    },
    pressure: { cpu: pressure, io: { ...pressure, some_avg10: 0.4 }, memory: { some_avg10: 0 } },
    disks: {
      nvme0n1: {
        is_partition: false,
        busy_percent: 12,
        read_bytes_per_second: 2e6,
        written_bytes_per_second: 3.5e7,
      },
    },
    filesystems: {
      '/': {
        device: '/dev/nvme0n1p2',
        fstype: 'ext4',
        readonly: false,
        size_bytes: 400 * GIB,
        free_bytes: 120 * GIB,
        avail_bytes: 100 * GIB,
        used_percent: 73.7,
        files: 1e7,
        files_free: 9e6,
      },
    },
    interfaces: {
      eth0: {
        addresses: ['10.20.0.7', 'fe80::1'],
        receive_bytes_total: 1e10,
        transmit_bytes_total: 2e10,
        receive_bytes_per_second: 4e6,
        transmit_bytes_per_second: 8e6,
      },
      lo: { addresses: ['127.0.0.1'], receive_bytes_total: 5, receive_bytes_per_second: 0 },
    },
    cgroup: {
      version: 'v2',
      cpu_limit_cores: 2,
      cpu_throttled_seconds_total: 4.2,
      memory_limit_bytes: GIB,
      memory_usage_bytes: 0.4 * GIB,
    },
    limits: { nofile: { soft: 65_536, hard: 65_536 } },
    process: {
      pid: 7,
      user_time_ns: 9e9,
      system_time_ns: 2e9,
      total_time_ns: 11e9,
      usage_percent: 44,
      rss_bytes: 0.3 * GIB,
      threads: 14,
      open_fds: 212,
    },
    tcp: {
      established: 33,
      syn_sent: 0,
      syn_recv: 0,
      fin_wait1: 0,
      fin_wait2: 0,
      time_wait: 4,
      close: 0,
      close_wait: 0,
      last_ack: 0,
      listen: 2,
      closing: 0,
    },
  };
}
