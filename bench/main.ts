/**
 * `pnpm bench`: what one delivery costs the gateway, with everything on, beside the floor of the
 * libraries it stands on, measured in the same run on the same sink. Ratios travel, times do not.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

import { BareUpstream, GatewayProcess } from '@netscope/test-support';
import { ensurePrerequisites, RealKafka, RealRgw } from '@netscope/test-support/services';

import { refuse, wholeNumber } from './arguments.ts';
import { batch, configuration, fill, KEYS, PARTITIONS } from './rig.ts';
import { median, quantile } from './statistics.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    store: { type: 'string', default: 'rgw' },
    rounds: { type: 'string', default: '3' },
  },
});

const RECORDS = wholeNumber('records', values.records);
const ROUNDS = wholeNumber('rounds', values.rounds);
if (!['rgw', 'directory'].includes(values.store)) refuse('--store is rgw or directory');
const IN_FLIGHT = 64;
const PACED_PER_SECOND = 500;
const PACED_SECONDS = 6;
const HERE = import.meta.dirname;

/** Whatever else ran on the machine, taken before this does. */
const LOAD = os
  .loadavg()
  .map((load) => load.toFixed(1))
  .join(', ');

const run = promisify(execFile);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Round {
  readonly dispatchUs: number;
  readonly consumeUs: number;
  readonly gatewayUs: number;
  readonly perSecond: number;
  readonly inFlightMax: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakRssMb: number;
}

async function bareDispatch(origin: string): Promise<number> {
  const args = [
    path.join(HERE, 'bare-dispatch.ts'),
    origin,
    String(RECORDS / 5),
    String(RECORDS),
    String(IN_FLIGHT),
  ];
  return Number((await run(process.execPath, args)).stdout);
}

async function bareConsume(kafka: RealKafka, topic: string, group: string): Promise<number> {
  const args = [
    path.join(HERE, 'bare-consume.ts'),
    kafka.brokers[0] ?? '',
    topic,
    String(RECORDS),
    group,
  ];
  return Number((await run(process.execPath, args)).stdout);
}

async function gatewayRound(
  services: { readonly kafka: RealKafka; readonly rgw: RealRgw | undefined },
  topic: string,
): Promise<Omit<Round, 'dispatchUs' | 'consumeUs'>> {
  const { kafka } = services;
  using sink = await BareUpstream.start();
  const warmUp = RECORDS / 5;
  await fill(kafka, topic, warmUp + RECORDS);
  await using gateway = await GatewayProcess.start({
    config: configuration({
      ...services,
      origin: sink.origin,
      topic,
      group: topic,
      inFlight: IN_FLIGHT,
    }),
    ...(process.env['BENCH_NODE_OPTIONS'] === undefined
      ? {}
      : { env: { NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] } }),
  });
  await sink.served(warmUp);
  const cpuBefore = await gateway.cpuSeconds();
  const begun = await sink.requests();
  const startedMs = performance.now();
  const inFlight = watchInFlight(gateway);
  await sink.served(warmUp + RECORDS);
  const measured = warmUp + RECORDS - begun;
  const perSecond = measured / ((performance.now() - startedMs) / 1000);
  const gatewayUs = (((await gateway.cpuSeconds()) - cpuBefore) * 1e6) / measured;
  const inFlightMax = await inFlight.stop();
  const agesBefore = (await sink.agesMs()).length;
  await pace(kafka, topic);
  await sink.served(warmUp + RECORDS + PACED_PER_SECOND * PACED_SECONDS);
  const ages = (await sink.agesMs()).slice(agesBefore);
  const peakRssMb = (await gateway.peakRssBytes()) / 1024 ** 2;
  await gateway.stop();
  return {
    gatewayUs,
    perSecond,
    inFlightMax,
    p50Ms: quantile(ages, 0.5),
    p99Ms: quantile(ages, 0.99),
    peakRssMb,
  };
}

function watchInFlight(gateway: GatewayProcess): { stop(): Promise<number> } {
  let most = 0;
  const off = new AbortController();
  const watching = (async () => {
    while (!off.signal.aborted) {
      const text = await gateway.getText('/metrics');
      most = Math.max(most, Number(/^netscope_records_in_flight (\d+)/mu.exec(text)?.[1] ?? 0));
      await delay(500);
    }
  })();
  return {
    stop: async () => {
      off.abort();
      await watching;
      return most;
    },
  };
}

/** A trickle far below what the gateway can do: what it adds to a record when nothing queues. */
async function pace(kafka: RealKafka, topic: string): Promise<void> {
  const perTick = PACED_PER_SECOND / 20;
  for (let tick = 0; tick < 20 * PACED_SECONDS; tick += 1) {
    await Promise.all([kafka.produce(topic, batch(tick * perTick, perTick)), delay(50)]);
  }
}

function table(rounds: readonly Round[]): string {
  const of = (pick: (round: Round) => number): string => {
    const all = rounds.map(pick);
    const shown = [median(all), Math.min(...all), Math.max(...all)];
    return shown.map((one) => one.toFixed(one < 10 ? 2 : 1)).join(' | ');
  };
  return [
    '| figure | median | least | most |',
    '|---|---|---|---|',
    `| **gateway / (dispatch + consume)** | ${of((r) => r.gatewayUs / (r.dispatchUs + r.consumeUs))} |`,
    `| gateway, CPU µs a delivery | ${of((r) => r.gatewayUs)} |`,
    `| deliveries per CPU-second | ${of((r) => 1e6 / r.gatewayUs)} |`,
    `| bare undici dispatch, CPU µs a request | ${of((r) => r.dispatchUs)} |`,
    `| bare kafkajs consume, CPU µs a record | ${of((r) => r.consumeUs)} |`,
    `| deliveries a second, two cores shared by all | ${of((r) => r.perSecond)} |`,
    `| records in flight, most seen | ${of((r) => r.inFlightMax)} |`,
    `| record to upstream at ${PACED_PER_SECOND} a second, p50 ms | ${of((r) => r.p50Ms)} |`,
    `| the same, p99 ms | ${of((r) => r.p99Ms)} |`,
    `| peak RSS, MB | ${of((r) => r.peakRssMb)} |`,
  ].join('\n');
}

function conditions(): string {
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${os.cpus().length} cores, ${os.type()} ${os.arch()}; load average before: ${LOAD}.`,
    `${ROUNDS} rounds of ${RECORDS} records of 500 bytes, ${PARTITIONS} partitions, ${KEYS} keys, ${IN_FLIGHT} in flight,`,
    `audit to ${values.store === 'rgw' ? 'a real Ceph RGW' : 'a directory'}, everything on; a fifth more as warm-up.`,
    'CPU is user and system time of the process itself, all threads.',
  ].join('\n');
}

async function main(): Promise<void> {
  await ensurePrerequisites('kafka');
  if (values.store === 'rgw') await ensurePrerequisites('rgw');
  say('starting Kafka and, where asked for, Ceph RGW');
  await using kafka = await RealKafka.start();
  await using rgw = values.store === 'rgw' ? await RealRgw.start() : undefined;
  await rgw?.createBucket('bench');
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const topic = `bench-${round}`;
    say(`round ${round} of ${ROUNDS}: bare dispatch`);
    using sink = await BareUpstream.start();
    const dispatchUs = await bareDispatch(sink.origin);
    say(`round ${round}: the gateway`);
    const gateway = await gatewayRound({ kafka, rgw }, topic);
    say(`round ${round}: bare consume`);
    const consumeUs = await bareConsume(kafka, topic, `${topic}-bare`);
    rounds.push({ dispatchUs, consumeUs, ...gateway });
    say(table(rounds.slice(-1)));
  }
  const report = `# Cost of a delivery\n\n${conditions()}\n\n${table(rounds)}\n`;
  const folder = path.join(HERE, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'delivery.md'), report);
  say(`\n${report}`);
}

await main();
