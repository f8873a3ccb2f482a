import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import os from 'node:os';
import process from 'node:process';

import { hostSampleSchema, processSampleSchema, socketSchema } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { loadHostNative } from '../../src/host/load-host-native.ts';

const load = loadHostNative();

function probe() {
  const again = loadHostNative();
  if (again.kind === 'missing') throw new Error(again.reason);
  return again.native;
}

function collect(from = probe()) {
  return hostSampleSchema.parse(JSON.parse(from.collect()));
}

function fieldOf(file: string, name: string): number {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(name));
  return Number(line?.match(/\d+/)?.[0]);
}

function within(told: number | undefined, other: number, by: number): void {
  expect(Math.abs((told ?? Number.NaN) - other)).toBeLessThanOrEqual(by);
}

const why = load.kind === 'missing' ? ` (skipped: ${load.reason})` : '';

describe.skipIf(load.kind === 'missing')(`the real host, read by other means${why}`, () => {
  it('has the same memory and load', () => {
    const { memory, load: average } = collect();
    expect(memory?.total_bytes).toBe(fieldOf('/proc/meminfo', 'MemTotal') * 1024);
    expect(memory?.total_bytes).toBe(os.totalmem());
    within(memory?.available_bytes, fieldOf('/proc/meminfo', 'MemAvailable') * 1024, 512 * 2 ** 20);
    within(memory?.buffers_bytes, fieldOf('/proc/meminfo', 'Buffers') * 1024, 64 * 2 ** 20);
    within(average?.load15, os.loadavg()[2] ?? 0, 0.05);
  });

  it('has the same CPUs and CPU times', () => {
    const { cpu } = collect();
    const cpus = os.cpus();
    expect(cpu?.count).toBe(cpus.length);
    const idleMs = cpus.reduce((sum, { times }) => sum + times.idle, 0);
    within(cpu?.seconds_total?.idle, idleMs / 1000, 1);
  });

  it('has the same file system as statfs tells', () => {
    const root = collect().filesystems?.['/'];
    if (root === undefined) return;
    const { bsize, blocks, bavail, files } = statfsSync('/');
    expect(root.size_bytes).toBe(bsize * blocks);
    expect(root.files).toBe(files);
    within(root.avail_bytes, bsize * bavail, 512 * 2 ** 20);
  });

  it('has every interface that Node sees, with its addresses', () => {
    const told = collect().interfaces ?? {};
    for (const [name, addresses] of Object.entries(os.networkInterfaces())) {
      expect(told[name]?.addresses).toEqual(
        expect.arrayContaining((addresses ?? []).map(({ address }) => address)),
      );
    }
    const rows = readFileSync('/proc/net/dev', 'utf8').trim().split('\n').slice(2);
    expect(Object.keys(told).toSorted()).toEqual(
      rows.map((row) => String(row.split(':')[0]).trim()).toSorted(),
    );
  });

  it('has every disk that was used', () => {
    const used = readFileSync('/proc/diskstats', 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => Number(fields[3]) > 0 || Number(fields[7]) > 0)
      .map((fields) => String(fields[2]));
    expect(Object.keys(collect().disks ?? {}).toSorted()).toEqual(used.toSorted());
  });

  it('has this process as Node sees it', () => {
    const { process: told, limits } = collect();
    const { user, system } = process.cpuUsage();
    expect(told?.pid).toBe(process.pid);
    within(told?.user_time_ns, user * 1000, 50e6);
    within(told?.total_time_ns, (user + system) * 1000, 50e6);
    within(told?.rss_bytes, process.memoryUsage.rss(), 32 * 2 ** 20);
    within(told?.open_fds, readdirSync('/proc/self/fd').length, 8);
    within(told?.vms_bytes, fieldOf('/proc/self/status', 'VmSize') * 1024, 64 * 2 ** 20);
    expect(limits?.['nofile']?.soft).toBe(
      Number(execFileSync('sh', ['-c', 'ulimit -Sn'], { encoding: 'utf8' })),
    );
  });

  it('has no percent in the first look and true ones in the second', async () => {
    const from = probe();
    const first = collect(from);
    expect(first.cpu?.usage_percent).toBeUndefined();
    expect(first.process?.usage_percent).toBeUndefined();
    const began = process.cpuUsage();
    const beganMs = performance.now();
    while (performance.now() - beganMs < 200) Math.sqrt(beganMs);
    const second = collect(from);
    const { user, system } = process.cpuUsage(began);
    const percent = (user + system) / 10 / (performance.now() - beganMs);
    within(second.process?.usage_percent, percent, 10);
    expect(second.cpu?.usage_percent).toBeGreaterThan(20);
  });
});

describe.skipIf(load.kind === 'missing')('another process', () => {
  it('is told while it lives and absent when it has ended, also while it ends', async () => {
    const from = probe();
    const child = spawn('sleep', ['30'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    expect(processSampleSchema.parse(JSON.parse(from.process(pid) ?? ''))).toMatchObject({ pid });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    for (let turn = 0; turn < 1000; turn += 1) from.process(pid);
    await ended;
    expect(from.process(pid)).toBeNull();
  });

  it.each([0, 2 ** 31, 4_294_967_295])('with the pid %d is absent', (pid) => {
    expect(probe().process(pid)).toBeNull();
  });
});

describe.skipIf(load.kind === 'missing')('connections', () => {
  it('of this process are told with both ends, queue and round-trip time', async () => {
    const server = createServer((socket) => socket.pause());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    await new Promise((resolve) => client.write('x'.repeat(1000), resolve));
    const told = socketSchema.array().parse(JSON.parse(probe().connections() ?? '[]'));
    const own = told.find((one) => one.remote_port === port);
    expect(own).toMatchObject({
      state: 'established',
      remote_address: '127.0.0.1',
      local_port: client.localPort,
    });
    expect(own?.rtt_ms).toBeGreaterThan(0);
    expect(own?.bytes_acked).toBeGreaterThanOrEqual(1000);
    const other = told.find((one) => one.remote_port === client.localPort);
    expect(other?.receive_queue).toBe(1000);
    expect(told.find((one) => one.state === 'listen' && one.local_port === port)).toBeDefined();
    client.destroy();
    server.close();
  });
});

describe.skipIf(load.kind === 'missing')('many looks', () => {
  it('keep files and memory where they were', () => {
    const from = probe();
    for (let turn = 0; turn < 200; turn += 1) from.collect();
    const fds = readdirSync('/proc/self/fd').length;
    const rss = process.memoryUsage.rss();
    for (let turn = 0; turn < 5000; turn += 1) from.collect();
    expect(readdirSync('/proc/self/fd')).toHaveLength(fds);
    expect(process.memoryUsage.rss() - rss).toBeLessThan(32 * 2 ** 20);
  });
});
