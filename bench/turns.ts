/**
 * `pnpm bench turns NAME=CHECKOUT ...`: the same deliveries by the gateways of several checkouts, all
 * alive at once and all but one stopped, in turns of under a second. What else runs on the machine
 * changes within seconds and meets each of them, so that differences of some per cent show which
 * runs of a minute, one behind the other, cannot tell from noise. Give one checkout twice to see
 * what is noise. `CHECKOUT,NAME=VALUE` sets a variable of its environment.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { BareUpstream, type GatewayProcess } from '@netscope/test-support';
import { ensurePrerequisites, RealKafka } from '@netscope/test-support/services';

import { refuse, wholeNumber } from './arguments.ts';
import { configuration, fill } from './rig.ts';
import { median, quantile } from './statistics.ts';
import { threadMicros } from './thread-micros.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '14' },
    ms: { type: 'string', default: '700' },
  },
});

const TURNS = wholeNumber('turns', values.turns);
const TURN_MS = wholeNumber('ms', values.ms);
const WARM_UP = 30_000;
/** More a millisecond than any of them delivers. */
const RECORDS_PER_MS = 30;
const TOPIC = 'turns';
const IN_FLIGHT = 64;
/** Standing still for the turns of the others must not look like a member that is gone. */
const STAYS = { session_timeout_ms: 300_000 };
/** Nor like an upstream that is slow. */
const PATIENT = {
  bulkhead: { in_flight: IN_FLIGHT, queue_age_max_ms: 100_000 },
  timeouts: { connect_ms: 5000, read_ms: 300_000, global_ms: 600_000 },
};
/** What a gateway that was stopped does first is not measured. */
const AWAKE_MS = 100;

class Contender {
  readonly name: string;
  readonly micros: number[] = [];
  readonly perSecond: number[] = [];
  readonly byThread = new Map<string, number[]>();
  readonly #gateway: GatewayProcess;
  readonly #sink: BareUpstream;

  constructor(name: string, gateway: GatewayProcess, sink: BareUpstream) {
    this.name = name;
    this.#gateway = gateway;
    this.#sink = sink;
  }

  stop(): void {
    process.kill(this.#gateway.pid, 'SIGSTOP');
  }

  async turn(): Promise<void> {
    process.kill(this.#gateway.pid, 'SIGCONT');
    await delay(AWAKE_MS);
    const before = threadMicros(this.#gateway.pid);
    const begun = await this.#sink.requests();
    const startedMs = performance.now();
    await delay(TURN_MS);
    const after = threadMicros(this.#gateway.pid);
    const delivered = (await this.#sink.requests()) - begun;
    const tookMs = performance.now() - startedMs;
    this.stop();
    if (delivered === 0) throw new Error(`${this.name} delivered nothing: more records are needed`);
    let sum = 0;
    for (const [thread, micros] of after) {
      const each = (micros - (before.get(thread) ?? 0)) / delivered;
      sum += each;
      const all = this.byThread.get(thread) ?? [];
      this.byThread.set(thread, [...all, each]);
    }
    this.micros.push(sum);
    this.perSecond.push((delivered / tookMs) * 1000);
  }

  async line(first: Contender): Promise<string> {
    const ratios = this.micros.map((micros, turn) => micros / (first.micros[turn] ?? Number.NaN));
    const threads = [...this.byThread]
      .map(([thread, micros]) => [thread, median(micros)] as const)
      .filter(([, micros]) => micros > 1)
      .toSorted(([, a], [, b]) => b - a)
      .map(([thread, micros]) => `${thread} ${micros.toFixed(1)}`);
    const figures = [
      median(this.micros).toFixed(1),
      Math.min(...this.micros).toFixed(1),
      `${median(ratios).toFixed(2)} (${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)})`,
      median(this.perSecond).toFixed(0),
      ((await this.#gateway.peakRssBytes()) / 1024 ** 2).toFixed(0),
      threads.join(', '),
    ];
    return `| ${this.name} | ${figures.join(' | ')} |`;
  }

  async end(): Promise<void> {
    await this.#gateway.kill();
    this.#sink[Symbol.dispose]();
  }
}

/** A gateway to be started. */
interface Given {
  readonly name: string;
  /** The module of its checkout that starts it by its own launcher. */
  readonly support: string;
  readonly env: Readonly<Record<string, string>>;
}

function read(given: string): Given {
  const [name, what] = split(given);
  const [checkout = '', ...variables] = what.split(',');
  const support = path.resolve(checkout, 'packages/test-support/src/index.ts');
  if (!existsSync(support)) refuse(`${given}: there is no checkout at ${path.resolve(checkout)}`);
  return { name, support, env: Object.fromEntries(variables.map(split)) };
}

/** @returns what stands before the first `=`, and what behind it */
function split(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) refuse(`${JSON.stringify(text)} is not NAME=CHECKOUT[,NAME=VALUE...]`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function begin(kafka: RealKafka, given: Given, index: number): Promise<Contender> {
  const its: { GatewayProcess: typeof GatewayProcess } = await import(given.support);
  const sink = await BareUpstream.start();
  const { origin } = sink;
  const group = `turns-${index}`;
  const task = { kafka, rgw: undefined, origin, topic: TOPIC, group, inFlight: IN_FLIGHT };
  const config = configuration({ ...task, upstream: PATIENT, consumer: STAYS });
  const gateway = await its.GatewayProcess.start({ config, env: given.env });
  await sink.served(WARM_UP);
  const contender = new Contender(given.name, gateway, sink);
  contender.stop();
  return contender;
}

async function main(): Promise<void> {
  if (positionals.length === 0) refuse('turns needs at least one NAME=CHECKOUT');
  const gateways = positionals.map(read);
  await ensurePrerequisites('kafka');
  await using kafka = await RealKafka.start();
  await fill(kafka, TOPIC, WARM_UP * 2 + TURNS * TURN_MS * RECORDS_PER_MS);
  const contenders: Contender[] = [];
  try {
    for (const [index, given] of gateways.entries()) {
      contenders.push(await begin(kafka, given, index));
    }
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const one of turn % 2 === 0 ? contenders : contenders.toReversed()) await one.turn();
    }
    await tell(contenders);
  } finally {
    for (const one of contenders) await one.end();
  }
}

async function tell(contenders: readonly Contender[]): Promise<void> {
  const [first] = contenders;
  if (first === undefined) return;
  const lines = await Promise.all(contenders.map(async (one) => one.line(first)));
  const title = `| | CPU µs a delivery | least | to ${first.name}, in turn | a second | peak RSS, MB | by thread |`;
  process.stdout.write(`${[title, '|---|---|---|---|---|---|---|', ...lines].join('\n')}\n`);
}

await main();
