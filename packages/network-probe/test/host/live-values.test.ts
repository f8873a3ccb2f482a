import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

import { type HostSample, hostSampleSchema } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { loadHostNative } from '../../src/host/load-host-native.ts';

const load = loadHostNative();
const lacksPrlimit = spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status !== 0;
const why = load.kind === 'missing' ? ` (skipped: ${load.reason})` : '';
/** The machine goes on meanwhile: what goes up and down is looked at again until it held still. */
const TRIES = 20;
/** Values are rounded to three digits behind the point. */
const ROUNDING = 0.0006;
/** Pages of memory that are counted by the CPU, until they are many. */
const UNCOUNTED_BYTES = 1024 ** 2;
/** What of a process is told finer to itself than to others. */
const TICK_NS = 20e6;
const KIB = 1024;
const SECTOR_BYTES = 512;

type Values = Readonly<Record<string, number>>;

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

function rowsOf(file: string): readonly (readonly string[])[] {
  const lines = textOf(file).trim().split('\n');
  return lines.map((line) => line.trim().split(/[\s:]+/u));
}

function named(rows: readonly (readonly string[])[], by: number): Values {
  return Object.fromEntries(rows.map(([name = '', value]) => [name, Number(value) * by]));
}

let ticks = 0;

function ticksPerSecond(): number {
  ticks ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}

function cpuSeconds(): Values {
  const [, ...counts] = rowsOf('/proc/stat')[0] ?? [];
  const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
  return Object.fromEntries(modes.map((mode, at) => [mode, Number(counts[at]) / ticksPerSecond()]));
}

function loadAverages(): Values {
  const [words = []] = rowsOf('/proc/loadavg');
  const names = ['load1', 'load5', 'load15'];
  return Object.fromEntries(names.map((name, at) => [name, Number(words[at])]));
}

function memory(): Values {
  const told = named(rowsOf('/proc/meminfo'), KIB);
  const { MemTotal = 0, MemAvailable = 0, SwapTotal = 0, SwapFree = 0 } = told;
  return {
    total_bytes: MemTotal,
    available_bytes: MemAvailable,
    used_bytes: MemTotal - MemAvailable,
    free_bytes: told['MemFree'] ?? Number.NaN,
    buffers_bytes: told['Buffers'] ?? Number.NaN,
    cached_bytes: told['Cached'] ?? Number.NaN,
    shared_bytes: told['Shmem'] ?? Number.NaN,
    swap_total_bytes: SwapTotal,
    swap_free_bytes: SwapFree,
    swap_used_bytes: SwapTotal - SwapFree,
  };
}

function pressure(kind: string): Values {
  const rows = textOf(`/proc/pressure/${kind}`).trim().split('\n');
  const found = rows.flatMap((row) => {
    const [who = '', ...pairs] = row.split(' ');
    return pairs.map((pair): [string, number] => {
      const [name, value] = pair.split('=');
      if (name !== 'total') return [`${who}_${name}`, Number(value)];
      const total = who === 'some' ? 'waiting_seconds_total' : 'stalled_seconds_total';
      return [total, Number(value) / 1e6];
    });
  });
  return Object.fromEntries(found);
}

function disk(name: string): Values {
  const row = rowsOf('/proc/diskstats').find((fields) => fields[2] === name) ?? [];
  const [reads, , readSectors, readMs, writes, , sectors, writeMs, , ioMs] = row
    .slice(3)
    .map(Number);
  return {
    reads_completed_total: reads ?? Number.NaN,
    read_bytes_total: (readSectors ?? Number.NaN) * SECTOR_BYTES,
    read_time_seconds_total: (readMs ?? Number.NaN) / 1000,
    writes_completed_total: writes ?? Number.NaN,
    written_bytes_total: (sectors ?? Number.NaN) * SECTOR_BYTES,
    write_time_seconds_total: (writeMs ?? Number.NaN) / 1000,
    io_time_seconds_total: (ioMs ?? Number.NaN) / 1000,
  };
}

function networkInterface(name: string): Values {
  const kinds = ['bytes', 'packets', 'errs', 'drop'] as const;
  const files = { bytes: 'bytes', packets: 'packets', errs: 'errors', drop: 'dropped' };
  const told = ([way, file]: readonly [string, string]) =>
    kinds.map((kind) => {
      const count = textOf(`/sys/class/net/${name}/statistics/${file}_${files[kind]}`);
      return [`${way}_${kind}_total`, Number(count)] as const;
    });
  return Object.fromEntries([...told(['receive', 'rx']), ...told(['transmit', 'tx'])]);
}

/** A status line in kB; NaN where there is none, which is between no two bounds. */
function processMemory(pid: number | 'self'): Values {
  const status = named(rowsOf(`/proc/${pid}/status`), KIB);
  const bytes = (name: string): number => status[name] ?? Number.NaN;
  return {
    rss_bytes: bytes('VmRSS'),
    vms_bytes: bytes('VmSize'),
    swap_bytes: bytes('VmSwap'),
    shared_bytes: bytes('RssFile') + bytes('RssShmem'),
    data_bytes: bytes('VmData'),
    stack_bytes: bytes('VmStk'),
  };
}

function processFacts(pid: number | 'self'): Values {
  const stat = textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  const booted = rowsOf('/proc/stat').find(([name]) => name === 'btime')?.[1];
  return {
    threads: readdirSync(`/proc/${pid}/task`).length,
    open_fds: readdirSync(`/proc/${pid}/fd`).length,
    major_faults_total: Number(stat[9]),
    start_time_seconds: Number(booted) + Number(stat[19]) / ticksPerSecond(),
  };
}

/** In ticks, as the kernel tells those of others. */
function processTimes(pid: number | 'self'): Values {
  const stat = textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  const [user = 0, system = 0] = stat.slice(11, 13).map((word) => Number(word) / ticksPerSecond());
  return {
    user_time_ns: user * 1e9,
    system_time_ns: system * 1e9,
    total_time_ns: (user + system) * 1e9,
  };
}

/** Soft and hard limits by the system call, as util-linux has it. */
function limits(): Readonly<Record<string, readonly (number | undefined)[]>> {
  const args = [
    '--pid',
    `${process.pid}`,
    '--raw',
    '--noheadings',
    '--output',
    'RESOURCE,SOFT,HARD',
  ];
  const lines = execFileSync('prlimit', args, { encoding: 'utf8' }).trim().split('\n');
  const value = (word = ''): number | undefined =>
    word === 'unlimited' ? undefined : Number(word);
  const rows = lines.map((line) => line.split(' '));
  return Object.fromEntries(
    rows.map(([name = '', soft, hard]) => [name.toLowerCase(), [value(soft), value(hard)]]),
  );
}

/** Sockets by state, as the files of `/proc/net` list them. */
function tcpStates(): Values {
  const rows = ['tcp', 'tcp6'].flatMap((file) =>
    textOf(`/proc/self/net/${file}`).trim().split('\n').slice(1),
  );
  const inState = (state: string): number =>
    rows.filter((row) => row.trim().split(/\s+/u)[3] === state).length;
  return { established: inState('01'), time_wait: inState('06'), listen: inState('0A') };
}

/** By a probe of its own, that counts everything anew. */
function probe() {
  const found = loadHostNative();
  if (found.kind === 'missing') throw new Error(found.reason);
  return found.native;
}

function collect(): HostSample {
  return hostSampleSchema.parse(JSON.parse(probe().collect()));
}

/** What lies outside of what was read before and after, by more than `slack`. */
function strays(told: object | undefined, [before, after]: readonly Values[], slack: number) {
  const values = Object.entries(before ?? {});
  if (values.length === 0) return ['nothing was read'];
  return values.flatMap(([name, first]) => {
    const value: unknown = Object(told)[name];
    const bounds = [first, after?.[name] ?? Number.NaN];
    const [low, high] = [Math.min(...bounds) - slack, Math.max(...bounds) + slack];
    const isBetween = typeof value === 'number' && value >= low && value <= high;
    return isBetween ? [] : [`${name}: ${String(value)}, not from ${low} to ${high}`];
  });
}

/** What of a look is not as it is read by other means right before and right after. */
function differing(
  pick: (sample: HostSample) => object | undefined,
  read: () => Values,
  slack: number = ROUNDING,
): readonly string[] {
  let found: readonly string[] = ['it was not looked at'];
  for (let turn = 0; turn < TRIES && found.length > 0; turn += 1) {
    const before = read();
    const told = pick(collect());
    found = strays(told, [before, read()], slack);
  }
  return found;
}

describe.skipIf(load.kind === 'missing')(`every value of the real host${why}`, () => {
  it('is the one of /proc: CPU times', () => {
    expect(differing(({ cpu }) => cpu?.seconds_total, cpuSeconds)).toEqual([]);
  });

  it('is the one of /proc: memory and swap', () => {
    expect(differing(({ memory: told }) => told, memory, UNCOUNTED_BYTES)).toEqual([]);
  });

  it('is the one of /proc: load', () => {
    expect(differing(({ load: told }) => told, loadAverages)).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/pressure')).each(['cpu', 'io', 'memory'] as const)(
    'is the one of /proc: pressure on %s',
    (kind) => {
      const read = (): Values => pressure(kind);
      expect(differing(({ pressure: told }) => told?.[kind], read)).toEqual([]);
    },
  );

  it('is the one of /proc and /sys: each disk and partition', () => {
    for (const [name, { is_partition: isPartition }] of Object.entries(collect().disks ?? {})) {
      const read = (): Values => disk(name);
      expect(differing(({ disks }) => disks?.[name], read)).toEqual([]);
      expect(isPartition).toBe(existsSync(`/sys/class/block/${name}/partition`));
    }
  });

  it('is the one of /sys: each interface', () => {
    for (const name of Object.keys(collect().interfaces ?? {})) {
      const read = (): Values => networkInterface(name);
      expect(differing(({ interfaces }) => interfaces?.[name], read)).toEqual([]);
    }
  });

  it('is the one of /proc: this process', () => {
    const told = (sample: HostSample): object | undefined => sample.process;
    expect(differing(told, () => processMemory('self'), UNCOUNTED_BYTES)).toEqual([]);
    expect(differing(told, () => processTimes('self'), TICK_NS)).toEqual([]);
    // Each side opens a folder to count what is open.
    expect(differing(told, () => processFacts('self'), 1)).toEqual([]);
  });

  it.skipIf(lacksPrlimit)('is the one of the system call: resource limits', () => {
    const told = Object.entries(collect().limits ?? {});
    const known = limits();
    expect(told.length).toBeGreaterThan(10);
    for (const [name, { soft, hard }] of told) {
      expect([name, soft, hard]).toEqual([name, ...(known[name] ?? [])]);
    }
  });

  it('is the one of /proc: sockets by state', () => {
    expect(differing(({ tcp }) => tcp, tcpStates, 0)).toEqual([]);
  });

  it('is the one of /proc: another process', () => {
    const other = process.ppid;
    const looked = (): object => Object(JSON.parse(probe().process(other) ?? '{}'));
    expect(differing(looked, () => processMemory(other), UNCOUNTED_BYTES)).toEqual([]);
    expect(differing(looked, () => processTimes(other))).toEqual([]);
    expect(differing(looked, () => processFacts(other))).toEqual([]);
  });
});
