/**
 * `pnpm bench scale`: the gateway beside what one would write by hand, in one run on the same broker
 * and sink, and what each stage of a delivery costs. Times are this machine's; ratios travel.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

import { BareUpstream, GatewayProcess } from '@netscope/test-support';
import { ensurePrerequisites, RealKafka } from '@netscope/test-support/services';

import { wholeNumber } from './arguments.ts';
import { configuration, fill, KEYS, PARTITIONS } from './rig.ts';
import { stageShares } from './stages.ts';
import { median } from './statistics.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '10' },
  },
});
const RECORDS = wholeNumber('records', values.records);
const ROUNDS = wholeNumber('rounds', values.rounds);
const MINUTES = wholeNumber('minutes', values.minutes, 0);
const WARM_UP = RECORDS / 5;
const TICKS_PER_SECOND = 100;
const HERE = import.meta.dirname;

type Side = 'gateway' | 'pool' | 'each';

interface Scenario {
  readonly topic: string;
  readonly delayMs: number;
  readonly inFlight: number;
  readonly records: number;
  readonly warmUp: number;
}

interface Measured {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly peakRssMb: number;
  readonly spanMs: number;
}

/** One process that delivers a topic, whoever it is. */
interface Deliverer extends AsyncDisposable {
  readonly pid: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const run = promisify(execFile);
let runs = 0;

async function measure(kafka: RealKafka, side: Side, scenario: Scenario): Promise<Measured> {
  const { warmUp, records, delayMs } = scenario;
  using sink = await BareUpstream.start({ delayMs });
  await using deliverer = await start(kafka, side, { ...scenario, origin: sink.origin });
  await sink.served(Math.max(1, warmUp));
  const [cpuBefore, begun, startedMs] = [
    await cpuSeconds(deliverer.pid),
    await sink.requests(),
    performance.now(),
  ];
  await sink.served(warmUp + records);
  const seconds = (performance.now() - startedMs) / 1000;
  const count = warmUp + records - begun;
  const cpuUs = (((await cpuSeconds(deliverer.pid)) - cpuBefore) * 1e6) / count;
  const peakRssMb = await rssMb(deliverer.pid, 'VmHWM');
  return { cpuUs, perSecond: count / seconds, peakRssMb, spanMs: await sink.spanMs() };
}

async function start(
  kafka: RealKafka,
  side: Side,
  task: Scenario & { readonly origin: string },
): Promise<Deliverer> {
  runs += 1;
  const group = `${task.topic}-${side}-${runs}`;
  if (side === 'gateway') {
    return GatewayProcess.start({
      config: configuration({ ...task, kafka, group, rgw: undefined }),
    });
  }
  const file = path.join(HERE, 'bare-loop.ts');
  const args = [file, side, kafka.brokers[0] ?? '', task.topic, group, task.origin];
  const lanes = side === 'each' ? PARTITIONS : task.inFlight;
  const child = spawn(process.execPath, [...args, String(lanes)], { stdio: 'inherit' });
  return { pid: child.pid ?? -1, [Symbol.asyncDispose]: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function rssMb(pid: number, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`, 'u').exec(status)?.[1] ?? 0) / 1024;
}

/** Rounds in turn, so that what else the machine does meets every side alike. */
async function rounds(
  kafka: RealKafka,
  sides: readonly Side[],
  scenario: Scenario,
): Promise<ReadonlyMap<Side, readonly Measured[]>> {
  await fill(kafka, scenario.topic, scenario.warmUp + scenario.records);
  const bySide = new Map<Side, Measured[]>(sides.map((side) => [side, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const side of sides) {
      const measured = await measure(kafka, side, scenario);
      bySide.get(side)?.push(measured);
      say(`${scenario.topic} ${round}/${ROUNDS} ${side}: ${told(measured)}`);
    }
  }
  return bySide;
}

function told({ cpuUs, perSecond, peakRssMb, spanMs }: Measured): string {
  const [cpu, rate, rss] = [cpuUs, perSecond, peakRssMb].map((one) =>
    one.toFixed(one < 100 ? 1 : 0),
  );
  return `${cpu} µs, ${rate} a second, ${rss} MB, ${(spanMs / 1000).toFixed(2)} s in all`;
}

const NAMES: Readonly<Record<Side, string>> = {
  gateway: 'NetScope, everything on',
  pool: 'promise pool by hand',
  each: 'plain `eachMessage` loop, 12 at once',
};

function table(bySide: ReadonlyMap<Side, readonly Measured[]>): string {
  const rows = [...bySide].map(([side, all]) => {
    const of = (pick: (one: Measured) => number): string => {
      const numbers = all.map(pick);
      const shown = [median(numbers), Math.min(...numbers), Math.max(...numbers)];
      const [middle, least, most] = shown.map((one) => one.toFixed(one < 100 ? 1 : 0));
      return `${middle} (${least} to ${most})`;
    };
    const cells = [of((one) => one.cpuUs), of((one) => one.perSecond), of((one) => one.peakRssMb)];
    return `| ${NAMES[side]} | ${cells.join(' | ')} |`;
  });
  const head = '| | CPU µs a delivery | deliveries a second | peak RSS, MB |\n|---|---|---|---|';
  return `${head}\n${rows.join('\n')}`;
}

async function floor(): Promise<number> {
  using sink = await BareUpstream.start();
  const file = path.join(HERE, 'bare-dispatch.ts');
  const args = [file, sink.origin, String(WARM_UP), String(RECORDS), '64'];
  return Number((await run(process.execPath, args)).stdout);
}

async function stages(kafka: RealKafka, scenario: Scenario): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'netscope-stages-'));
  runs += 1;
  using sink = await BareUpstream.start();
  const task = { ...scenario, kafka, rgw: undefined, origin: sink.origin, group: `stages-${runs}` };
  await using gateway = await GatewayProcess.start({
    config: configuration(task),
    env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${folder}` },
  });
  await sink.served(scenario.warmUp + scenario.records);
  await gateway.stop();
  const shares = [...(await stageShares(folder))].toSorted((a, b) => b[1] - a[1]);
  await rm(folder, { recursive: true, force: true });
  const rows = shares.map(([stage, share]) => `| ${stage} | ${(share * 100).toFixed(1)} |`);
  return `| stage | % of the main thread |\n|---|---|\n${rows.join('\n')}`;
}

/** RSS each half minute under steady load, after the first minute. */
async function steady(kafka: RealKafka, minutes: number): Promise<string> {
  const topic = 'steady';
  await fill(kafka, topic, 1);
  using sink = await BareUpstream.start();
  await using gateway = await start(kafka, 'gateway', { ...NGINX, topic, origin: sink.origin });
  const until = performance.now() + minutes * 60_000;
  const feeding = feed(kafka, topic, until);
  const seen: string[] = [];
  while (performance.now() < until) {
    await delay(30_000);
    seen.push((await rssMb(gateway.pid, 'VmRSS')).toFixed(0));
  }
  await feeding;
  return `RSS in MB each 30 s of ${minutes} minutes at some 2,000 records a second: ${seen.join(', ')}.`;
}

async function feed(kafka: RealKafka, topic: string, until: number): Promise<void> {
  const records = Array.from({ length: 1000 }, (_, index) => ({
    key: `key-${index % KEYS}`,
    value: JSON.stringify({ id: index, note: 'x'.repeat(470) }),
  }));
  while (performance.now() < until) {
    await Promise.all([kafka.produce(topic, records), delay(500)]);
  }
}

const NGINX = { topic: 'at-once', delayMs: 0, inFlight: 64, records: RECORDS, warmUp: WARM_UP };
const SLOW = { ...NGINX, topic: 'slow', delayMs: 20, inFlight: 256 };
const KEYED = { topic: 'keyed', delayMs: 2.5, inFlight: 100, records: 10_000, warmUp: 0 };

async function main(): Promise<void> {
  await ensurePrerequisites('kafka');
  await using kafka = await RealKafka.start();
  const dispatchUs = await floor();
  const atOnce = await rounds(kafka, ['gateway', 'pool', 'each'], NGINX);
  const slow = await rounds(kafka, ['gateway', 'pool'], SLOW);
  const keyed = await rounds(kafka, ['gateway', 'pool'], KEYED);
  const spans = (keyed.get('gateway') ?? []).map(({ spanMs }) => (spanMs / 1000).toFixed(2));
  const parts = [
    '# Beside what one would write by hand',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${os.cpus().length} cores shared by broker, sink and deliverer; load before: ${LOAD}. ${ROUNDS} rounds in turn of ${RECORDS} records of 500 bytes, ${PARTITIONS} partitions, ${KEYS} keys, a fifth more as warm-up, audit to a directory: median (least to most).`,
    `## An upstream that answers at once, 64 in flight\n\nBare \`dispatch\` just before: ${dispatchUs.toFixed(1)} µs.\n\n${table(atOnce)}`,
    `## An upstream that takes 20 ms, 256 in flight\n\n${table(slow)}`,
    `## 10,000 keyed records, 2.5 ms each, 100 in flight\n\nFrom the first request to the last answer: ${spans.join(', ')} s; the least that is possible is 0.25 s.`,
    `## By stage\n\nSelf time of a profile of the main thread; what belongs to no stage is its caller's. The threads of the spool and the collector's come on top.\n\n${await stages(kafka, NGINX)}`,
  ];
  if (MINUTES > 0) parts.push(`## Memory\n\n${await steady(kafka, MINUTES)}`);
  const folder = path.join(HERE, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'scale.md'), `${parts.join('\n\n')}\n`);
  say(parts.join('\n\n'));
}

const LOAD = os
  .loadavg()
  .map((one) => one.toFixed(1))
  .join(', ');

await main();
process.exit(0);
