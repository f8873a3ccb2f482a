import os from 'node:os';
import process from 'node:process';

import type { HostSample, ProcessSample } from '@netscope/domain';

type CpuTimes = os.CpuInfo['times'];
type Modes = Readonly<Record<'user' | 'nice' | 'system' | 'idle' | 'irq', number>>;

interface Before {
  readonly atMs: number;
  readonly cpus: readonly CpuTimes[];
  readonly processNs: number;
}

/** What Node itself knows of the host and the process; all else is absent. */
export class NodeHost {
  #before: Before | undefined;

  /** `atMs` is monotonic. */
  look(atMs: number): HostSample {
    const beganMs = performance.now();
    const before = this.#before;
    const cpus = os.cpus().map(({ times }) => times);
    const usage = process.cpuUsage();
    const processNs = (usage.user + usage.system) * 1000;
    this.#before = { atMs, cpus, processNs };
    const intervalMs = before === undefined ? 0 : atMs - before.atMs;
    const sample = {
      ...(intervalMs > 0 ? { interval_ms: intervalMs } : {}),
      cpu: cpuOf(cpus, before?.cpus),
      load: loadOf(),
      memory: memoryOf(),
      interfaces: interfacesOf(),
      process: processOf(usage, percentOf(processNs, before, intervalMs)),
    };
    return { ...sample, collection_us: (performance.now() - beganMs) * 1000 };
  }

  /** This process, with no percent; Node knows of no other. */
  process(pid: number): ProcessSample | undefined {
    return pid === process.pid ? processOf(process.cpuUsage(), undefined) : undefined;
  }
}

function cpuOf(
  now: readonly CpuTimes[],
  before: readonly CpuTimes[] | undefined,
): HostSample['cpu'] {
  const all = sum(now);
  const added = before?.length === now.length ? growth(all, sum(before)) : undefined;
  const total = added === undefined ? 0 : Object.values(added).reduce((one, more) => one + more, 0);
  return {
    count: now.length,
    seconds_total: scaled(all, 1 / 1000),
    ...(added === undefined || total <= 0
      ? {}
      : {
          percent: scaled(added, 100 / total),
          usage_percent: (100 * (total - added.idle)) / total,
        }),
    per_cpu: now.map((_, cpu) => ({ cpu })),
  };
}

function sum(cpus: readonly CpuTimes[]): Modes {
  const modes = { user: 0, nice: 0, system: 0, idle: 0, irq: 0 };
  for (const times of cpus) {
    modes.user += times.user;
    modes.nice += times.nice;
    modes.system += times.sys;
    modes.idle += times.idle;
    modes.irq += times.irq;
  }
  return modes;
}

function growth(now: Modes, before: Modes): Modes {
  return {
    user: Math.max(0, now.user - before.user),
    nice: Math.max(0, now.nice - before.nice),
    system: Math.max(0, now.system - before.system),
    idle: Math.max(0, now.idle - before.idle),
    irq: Math.max(0, now.irq - before.irq),
  };
}

function scaled(modes: Modes, by: number): Modes {
  return {
    user: modes.user * by,
    nice: modes.nice * by,
    system: modes.system * by,
    idle: modes.idle * by,
    irq: modes.irq * by,
  };
}

/** Windows has no load average, and Node tells three zeros there. */
function loadOf(): HostSample['load'] {
  if (process.platform === 'win32') return undefined;
  const [load1 = 0, load5 = 0, load15 = 0] = os.loadavg();
  return { load1, load5, load15 };
}

function memoryOf(): HostSample['memory'] {
  return { total_bytes: os.totalmem(), free_bytes: os.freemem() };
}

function interfacesOf(): HostSample['interfaces'] {
  const entries = Object.entries(os.networkInterfaces()).map(
    ([name, addresses]) =>
      [name, { addresses: (addresses ?? []).map(({ address }) => address) }] as const,
  );
  return Object.fromEntries(entries);
}

function percentOf(
  processNs: number,
  before: Before | undefined,
  intervalMs: number,
): number | undefined {
  if (before === undefined || intervalMs <= 0) return undefined;
  return Math.max(0, (processNs - before.processNs) / intervalMs / 1e4);
}

function processOf(usage: NodeJS.CpuUsage, usagePercent: number | undefined): ProcessSample {
  return {
    pid: process.pid,
    user_time_ns: usage.user * 1000,
    system_time_ns: usage.system * 1000,
    total_time_ns: (usage.user + usage.system) * 1000,
    ...(usagePercent === undefined ? {} : { usage_percent: usagePercent }),
    rss_bytes: process.memoryUsage.rss(),
  };
}
