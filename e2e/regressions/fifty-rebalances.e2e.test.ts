import path from 'node:path';
import process from 'node:process';
import { setTimeout as passes } from 'node:timers/promises';

import {
  type GatewayProcess,
  type LedgerEntry,
  MARKER_HEADERS,
  SeededRandom,
  waitUntil,
} from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';

/** NETSCOPE_REBALANCES=50 is the whole proof; the short form takes under two minutes. */
const EVENTS = Number(process.env['NETSCOPE_REBALANCES'] ?? 14);
const SEED = Number(process.env['NETSCOPE_SEED'] ?? 20_261_121);
const RECORDS = 50_000;
const KEYS = 400;
const PARTITIONS = 12;
const CHUNK = 1000;
const IN_FLIGHT = 128;
const COMMIT_INTERVAL_MS = 100;
const NODES = 3;

/**
 * Guards against what peers do when members come and go: partitions that stay paused for ever
 * (parallel-consumer #857), offsets that are reset (#894), a later success that is committed past an
 * earlier record, keys whose order is lost, and repeats without a bound.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('joins, leaves and kills at random', () => {
  test(
    'lose no record, keep the order of keys, and repeat only what kills cut off',
    { timeout: 900_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: PARTITIONS,
        rules: [{ answer: { kind: 'respond', status: 200, delayMs: 5 } }],
        config: {
          source: {
            records_in_flight: IN_FLIGHT,
            kafka: { session_timeout_ms: 6000, commit_interval_ms: COMMIT_INTERVAL_MS },
          },
        },
      });
      await using members = new Members(pipeline);
      await members.join(0);
      await Promise.all([disturb(members), produceSlowly(pipeline)]);
      await members.joinAll();
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        { what: 'no lag', timeoutMs: 180_000, everyMs: 500 },
      );
      const ledger = await pipeline.upstream.ledger();
      await members.leaveAll();

      const byRecord = Map.groupBy(ledger, ({ partition, offset }) => `${partition}/${offset}`);
      const ends = await pipeline.kafka.endOffsets(pipeline.topic);
      const written = [...ends.values()].reduce((sum, end) => sum + end, 0);
      expect(byRecord.size).toBe(written);
      expect(outOfOrder(ledger)).toEqual([]);
      // Of each record's calls all but the last were made in vain, by members that were killed.
      const inVain = [...byRecord.values()].flatMap((calls) => calls.slice(0, -1));
      const repeatsByLife = Map.groupBy(inVain, (entry) => entry.path);
      const figures = [...repeatsByLife.values()].map((repeats) => repeats.length);
      const bound = IN_FLIGHT + mostInWindow(ledger, 2 * COMMIT_INTERVAL_MS);
      process.stdout.write(
        `[figure] ${EVENTS} events (seed ${SEED}), ${members.killed.size} kills: repeats ${figures.join(', ')} (bound ${bound} each)\n`,
      );
      expect([...repeatsByLife.keys()].filter((life) => !members.killed.has(life))).toEqual([]);
      expect(Math.max(0, ...figures)).toBeLessThanOrEqual(bound);
    },
  );
});

/** Up to three gateways of one group, each with its own folder; each life of one calls a path of its own. */
class Members implements AsyncDisposable {
  /** Paths of those that were killed. */
  readonly killed = new Set<string>();
  readonly #pipeline: Pipeline;
  readonly #gateways: (GatewayProcess | undefined)[] = Array.from({ length: NODES });
  readonly #paths: string[] = Array.from({ length: NODES }, () => '');
  #lives = 0;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  get present(): readonly number[] {
    return this.#gateways.flatMap((gateway, node) => (gateway === undefined ? [] : node));
  }

  get absent(): readonly number[] {
    return this.#gateways.flatMap((gateway, node) => (gateway === undefined ? node : []));
  }

  async join(node: number): Promise<void> {
    const folder = path.join(this.#pipeline.folder, String(node));
    const service = { name: 'netscope', node: `netscope-${node}` };
    this.#lives += 1;
    const send = `/v1/partner/send/${this.#lives}`;
    this.#paths[node] = send;
    const request = { method: 'POST', path: send, headers: MARKER_HEADERS };
    const routes = [this.#pipeline.route({ request })];
    this.#gateways[node] = await this.#pipeline.gateway(folder, { service, routes });
  }

  async joinAll(): Promise<void> {
    await Promise.all(this.absent.map((node) => this.join(node)));
  }

  async leave(node: number): Promise<void> {
    const end = await this.#gateways[node]?.stop();
    if (end !== 0) throw new Error(`node ${node} ended with ${String(end)}`);
    this.#gateways[node] = undefined;
  }

  async leaveAll(): Promise<void> {
    await Promise.all(this.present.map((node) => this.leave(node)));
  }

  async kill(node: number): Promise<void> {
    await this.#gateways[node]?.kill();
    this.killed.add(this.#paths[node] ?? '');
    this.#gateways[node] = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#gateways.map(async (gateway) => gateway?.[Symbol.asyncDispose]()));
  }
}

async function disturb(members: Members): Promise<void> {
  const random = new SeededRandom(SEED);
  for (let event = 0; event < EVENTS; event += 1) {
    const { absent, present } = members;
    const joins = present.length < 2 || (absent.length > 0 && random.float() < 0.4);
    const choice = joins ? absent : present;
    const node = choice[Math.floor(random.float() * choice.length)] ?? 0;
    const isKill = !joins && random.float() < 0.5;
    if (joins) await members.join(node);
    else if (isKill) await members.kill(node);
    else await members.leave(node);
    await passes(200 + random.float() * 1300);
  }
}

/** Spreads the records over the time that the events take. */
async function produceSlowly(pipeline: Pipeline): Promise<void> {
  const pauseMs = (EVENTS * 2000) / (RECORDS / CHUNK);
  for (let from = 0; from < RECORDS; from += CHUNK) {
    await pipeline.kafka.produce(pipeline.topic, records(CHUNK, KEYS, from));
    await passes(pauseMs);
  }
}

/** Records that were first called after a later one of their key. */
function outOfOrder(ledger: readonly LedgerEntry[]): readonly string[] {
  const seen = new Set<string>();
  const furthestByKey = new Map<string, number>();
  const found: string[] = [];
  for (const { key = '', partition = -1, offset = -1 } of ledger) {
    const name = `${partition}/${offset}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const furthest = furthestByKey.get(key) ?? -1;
    if (offset < furthest) found.push(`${key}: ${offset} after ${furthest}`);
    furthestByKey.set(key, Math.max(furthest, offset));
  }
  return found;
}

/** The most arrivals that lie within `windowMs` of each other. */
function mostInWindow(ledger: readonly LedgerEntry[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [index, { atMs }] of ledger.entries()) {
    while ((ledger[first]?.atMs ?? atMs) < atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
