/**
 * `pnpm bench consumers`: kafkajs beside `@platformatic/kafka` in one run on the same broker, bare:
 * CPU of a record, and what a group does when a member joins, leaves, or is killed. The kafkajs of this
 * repository is the patched one, used here with none of what the patch adds.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

import { waitUntil } from '@netscope/test-support';
import { ensurePrerequisites, RealKafka } from '@netscope/test-support/services';
import { Connection, consumerGroupHeartbeatV1, leaveGroupV5 } from '@platformatic/kafka';

import { wholeNumber } from './arguments.ts';
import type { Arrival } from './bare-member.ts';
import { fill, PARTITIONS } from './rig.ts';
import { median } from './statistics.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '400000' },
    rounds: { type: 'string', default: '5' },
    // How long a group is watched after each change.
    seconds: { type: 'string', default: '8' },
  },
});
const RECORDS = wholeNumber('records', values.records);
const ROUNDS = wholeNumber('rounds', values.rounds);
const WATCH_MS = wholeNumber('seconds', values.seconds) * 1000;
const PRODUCE_MS = 20;
const HERE = import.meta.dirname;

const CLIENTS = ['kafkajs', 'classic', 'cooperative', 'consumer'] as const;
type Client = (typeof CLIENTS)[number];

const NAMES: Readonly<Record<Client, string>> = {
  kafkajs: 'kafkajs 2.2.4, round-robin (eager)',
  classic: '@platformatic/kafka 2.12.1, round-robin (eager)',
  cooperative: '@platformatic/kafka 2.12.1, cooperative-sticky',
  consumer: '@platformatic/kafka 2.12.1, KIP-848',
};

const run = promisify(execFile);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One member, and everything that it was given. */
class Member implements Disposable {
  readonly arrivals: Arrival[] = [];
  memberId = '';
  readonly #child: ChildProcess;

  constructor(client: Client, task: { readonly broker: string; readonly group: string }) {
    const args = [client, task.broker, task.group, task.group];
    this.#child = fork(path.join(HERE, 'bare-member.ts'), args);
    this.#child.on('message', (told: { arrivals?: Arrival[]; member?: string }) => {
      this.arrivals.push(...(told.arrivals ?? []));
      this.memberId = told.member ?? this.memberId;
    });
  }

  async leave(): Promise<void> {
    const ended = new Promise((resolve) => {
      this.#child.once('exit', resolve);
    });
    this.#child.send('leave');
    await Promise.race([ended, delay(WATCH_MS)]);
  }

  /** SIGKILL. */
  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

/** CPU of one record, µs, in turn. */
async function cpu(kafka: RealKafka): Promise<ReadonlyMap<string, readonly number[]>> {
  const [broker = ''] = kafka.brokers;
  await fill(kafka, 'bare', RECORDS);
  const sides = [
    ['kafkajs', 'bare-consume.ts', ''],
    ['classic', 'bare-consume-platformatic.ts', 'classic'],
    ['consumer', 'bare-consume-platformatic.ts', 'consumer'],
  ] as const;
  const found = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, file, protocol] of sides) {
      const args = [broker, 'bare', String(RECORDS), `bare-${randomUUID()}`, protocol];
      const { stdout } = await run(process.execPath, [path.join(HERE, file), ...args]);
      found.set(side, [...(found.get(side) ?? []), Number(stdout)]);
    }
  }
  return found;
}

/** What a group did. */
interface GroupFacts {
  /** Longest silence of the partitions that the first member kept while a second one joined, ms. */
  readonly keptMs: number;
  /** And of all of them. */
  readonly joinMs: number;
  /** Records given twice over the join, and over the leave after it. */
  readonly joinRepeats: number;
  readonly leaveRepeats: number;
  /** From the start of another process after `kill -9`, the dead one's leave sent for it, ms. */
  readonly backMs: number;
}

async function group(kafka: RealKafka, client: Client): Promise<GroupFacts> {
  const [broker = ''] = kafka.brokers;
  const name = `group-${client}-${randomUUID().slice(0, 8)}`;
  await kafka.createTopic(name, PARTITIONS);
  using traffic = new Traffic(kafka, name);
  using first = new Member(client, { broker, group: name });
  await waitUntil(() => partitionsOf(first).size === PARTITIONS, { what: `${client} to read` });
  await delay(2000);
  const joinedAtMs = Date.now();
  using second = new Member(client, { broker, group: name });
  await delay(WATCH_MS);
  if (partitionsOf(second).size === 0) throw new Error(`the second ${client} was given nothing`);
  const kept = [...partitionsOf(first, Date.now() - 2000)];
  const everybody = (): Arrival[] => [...first.arrivals, ...second.arrivals];
  const joinRepeats = repeats(everybody());
  const silence = (partitions: readonly number[]): number =>
    Math.max(...partitions.map((id) => longestGapMs(everybody(), id, joinedAtMs)));
  const keptMs = silence(kept);
  const joinMs = silence([...Array(PARTITIONS).keys()]);
  await second.leave();
  await delay(WATCH_MS);
  const leaveRepeats = repeats(everybody()) - joinRepeats;
  first[Symbol.dispose]();
  const killedAtMs = Date.now();
  await leaveFor(kafka, { client, group: name, memberId: first.memberId });
  using next = new Member(client, { broker, group: name });
  await waitUntil(() => next.arrivals.length > 0, { what: 'a record', timeoutMs: 60_000 });
  const backMs = (next.arrivals[0]?.[2] ?? 0) - killedAtMs;
  traffic[Symbol.dispose]();
  return { keptMs, joinMs, joinRepeats, leaveRepeats, backMs };
}

/** A record in each partition, again and again. */
class Traffic implements Disposable {
  #isOver = false;

  constructor(kafka: RealKafka, topic: string) {
    void this.#produce(kafka, topic);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  async #produce(kafka: RealKafka, topic: string): Promise<void> {
    const records = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      value: 'x'.repeat(100),
    }));
    while (!this.#isOver) {
      await Promise.all([kafka.produce(topic, records), delay(PRODUCE_MS)]);
    }
  }
}

/** Leaves a group in the name of a member that is dead. */
async function leaveFor(
  kafka: RealKafka,
  { client, group: groupId, memberId }: { client: Client; group: string; memberId: string },
): Promise<void> {
  const connection = new Connection('bench');
  await connection.connect('127.0.0.1', kafka.port);
  if (client === 'consumer') {
    const EPOCH_OF_LEAVING = -1;
    const { async: beat } = consumerGroupHeartbeatV1.api;
    await beat(
      connection,
      groupId,
      memberId,
      EPOCH_OF_LEAVING,
      null,
      null,
      0,
      null,
      null,
      null,
      [],
    );
  } else {
    await leaveGroupV5.api.async(connection, groupId, [{ memberId }]);
  }
  await connection.close();
}

function partitionsOf({ arrivals }: Member, sinceMs = 0): ReadonlySet<number> {
  return new Set(arrivals.filter(([, , atMs]) => atMs >= sinceMs).map(([partition]) => partition));
}

function repeats(arrivals: readonly Arrival[]): number {
  return arrivals.length - new Set(arrivals.map(([id, offset]) => `${id}/${offset}`)).size;
}

function longestGapMs(arrivals: readonly Arrival[], partition: number, sinceMs: number): number {
  const times = arrivals
    .filter(([id, , atMs]) => id === partition && atMs >= sinceMs)
    .map(([, , atMs]) => atMs)
    .toSorted((a, b) => a - b);
  let longest = 0;
  for (const [index, atMs] of times.entries()) {
    longest = Math.max(longest, atMs - (times[index - 1] ?? sinceMs));
  }
  return longest;
}

function cpuRow([side, costs]: readonly [string, readonly number[]]): string {
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const name = NAMES[CLIENTS.find((client) => client === side) ?? 'kafkajs'];
  return `| ${name} | ${median(costs).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) |`;
}

async function main(): Promise<void> {
  const load = os.loadavg().map((one) => one.toFixed(1));
  await ensurePrerequisites('kafka');
  await using kafka = await RealKafka.start();
  const costs = await cpu(kafka);
  const rows: string[] = [];
  for (const client of CLIENTS) {
    const { keptMs, joinMs, joinRepeats, leaveRepeats, backMs } = await group(kafka, client);
    rows.push(
      `| ${NAMES[client]} | ${keptMs} | ${joinMs} | ${joinRepeats} | ${leaveRepeats} | ${backMs} |`,
    );
  }
  const text = [
    '# Two clients of Kafka',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, Apache Kafka 4.3.1, ${os.cpus().length} cores shared with the broker; load before: ${load.join(', ')}.`,
    `## CPU of a record\n\n${ROUNDS} rounds in turn of ${RECORDS} records of 500 bytes from ${PARTITIONS} partitions, the first fifth as warm-up; user and system µs of the process, median (least to most).\n\n| client | µs |\n| --- | --- |\n${[...costs].map(cpuRow).join('\n')}`,
    `## A group that changes\n\nA record every ${PRODUCE_MS} ms in each of ${PARTITIONS} partitions, commits every 100 ms; once each.\n\n| client | silence of what stays, ms | of anything, ms | repeats on a join | on a leave | first record after \`kill -9\` and a leave in its name, ms |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`,
  ].join('\n\n');
  const folder = path.join(HERE, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'consumers.md'), `${text}\n`);
  say(text);
}

await main();
process.exit(0);
