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
const RECORDS = 3000 * EVENTS;
const KEYS = 2000;
/** Records of one key that follow on each other, so that order has somebody to keep apart. */
const OF_A_KEY = 3;
const PARTITIONS = 12;
const CHUNK = 1000;
/** So long that a member has calls in flight whenever it is killed. */
const ANSWER_MS = 80;
/** As many at least in most of the kills. */
const CUT_OFF_LEAST = 10;
const IN_FLIGHT = 128;
const COMMIT_INTERVAL_MS = 100;
/** `audit.spool.sync_ms`: what ended is settled once its group is durable. */
const GROUP_COMMIT_MS = 5;
/** A broker's answer to a commit, with a member and a broker that wait for a core meanwhile. */
const COMMIT_TAKES_MS = 250;
/** A member that lives must not lose its place to a busy machine, nor its drain (half of it) to one. */
const SESSION_MS = 10_000;
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
        rules: [{ answer: { kind: 'respond', status: 200, delayMs: ANSWER_MS } }],
        // A call that times out on a busy machine is repeated rightly, and would hide one that is not.
        upstream: {
          timeouts: { connect_ms: 20_000, read_ms: 20_000, global_ms: 30_000 },
          bulkhead: { in_flight: IN_FLIGHT },
        },
        config: {
          source: {
            records_in_flight: IN_FLIGHT,
            kafka: { session_timeout_ms: SESSION_MS, commit_interval_ms: COMMIT_INTERVAL_MS },
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
      const seen = await pipeline.upstream.ledger();
      const ledger = seen.filter(({ offset }) => offset !== undefined);
      await members.leaveAll();

      const byRecord = Map.groupBy(ledger, ({ partition, offset }) => `${partition}/${offset}`);
      const ends = await pipeline.kafka.endOffsets(pipeline.topic);
      const written = [...ends.values()].reduce((sum, end) => sum + end, 0);
      expect(byRecord.size).toBe(written);
      expect(outOfOrder(ledger)).toEqual([]);
      const lives = Map.groupBy(ledger, (entry) => entry.path);
      expect([...lives.values()].flatMap(outOfTurn)).toEqual([]);
      // Of each record's calls all but the last were made in vain, by members that were killed.
      const inVain = [...byRecord.values()].flatMap((calls) => calls.slice(0, -1));
      const kills = [...members.killed].map((life) =>
        killOf(lives.get(life) ?? [], seen.find((entry) => entry.path === markOf(life))?.atMs),
      );
      process.stdout.write(
        `[figure] ${EVENTS} events (seed ${SEED}), ${kills.length} kills: ${kills.map(told(inVain)).join(', ')}\n`,
      );
      expect(inVain.filter(({ path: life }) => !members.killed.has(life))).toEqual([]);
      const allowed = new Set(kills.flatMap((kill) => [...kill.cutOff, ...kill.uncommitted]));
      expect(inVain.filter((entry) => !allowed.has(entry)).map(placeOf)).toEqual([]);
      // Else nothing was proved.
      const cuts = kills.filter(({ cutOff }) => cutOff.length >= CUT_OFF_LEAST);
      expect(cuts.length).toBeGreaterThan(kills.length / 2);
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
    const life = this.#paths[node] ?? '';
    // By the upstream's own clock: the last that is before the kill for certain.
    await fetch(`${this.#pipeline.upstream.origin}${markOf(life)}`);
    await this.#gateways[node]?.kill();
    this.killed.add(life);
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
    const chunk = records(CHUNK, KEYS, from).map((record, index) => ({
      ...record,
      key: `key-${Math.floor((from + index) / OF_A_KEY) % KEYS}`,
    }));
    await pipeline.kafka.produce(pipeline.topic, chunk);
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

/**
 * Calls of one life that broke the order of their key between two rebalances: a later record called
 * before the earlier one was answered, or an earlier one for the first time after it. What a life
 * calls a second time it was handed anew; whether it may be is the matter of repeats.
 */
function outOfTurn(life: readonly LedgerEntry[]): readonly string[] {
  const lastByKey = new Map<string, LedgerEntry>();
  const called = new Set<string>();
  const found: string[] = [];
  for (const entry of life) {
    const { key = '', offset = -1, atMs } = entry;
    const last = lastByKey.get(key);
    const isAgain = called.has(placeOf(entry));
    called.add(placeOf(entry));
    lastByKey.set(key, entry);
    if (last === undefined || isAgain) continue;
    const isInTurn = offset > (last.offset ?? -1) && atMs >= (last.answeredAtMs ?? Infinity);
    if (!isInTurn) found.push(`${key}: ${placeOf(entry)} too early after ${placeOf(last)}`);
  }
  return found;
}

/** What a kill may have cost: the calls that it cut off, and those that ended too late for a commit. */
interface Kill {
  readonly atMs: number;
  readonly cutOff: readonly LedgerEntry[];
  readonly uncommitted: readonly LedgerEntry[];
}

function killOf(life: readonly LedgerEntry[], atMs = Number.NaN): Kill {
  const sinceMs = atMs - COMMIT_INTERVAL_MS - GROUP_COMMIT_MS - COMMIT_TAKES_MS;
  const endOf = ({ answeredAtMs }: LedgerEntry): number => answeredAtMs ?? Infinity;
  const cutOff = life.filter((entry) => endOf(entry) >= atMs);
  const uncommitted = life.filter((entry) => endOf(entry) < atMs && endOf(entry) >= sinceMs);
  return { atMs, cutOff, uncommitted };
}

/** Where a request goes that marks a kill in the ledger. */
function markOf(life: string): string {
  return `/killed${life}`;
}

/** Repeats of each kill, with what they are of and how long before the kill the earliest had ended. */
function told(inVain: readonly LedgerEntry[]): (kill: Kill) => string {
  const repeated = new Set(inVain);
  return ({ atMs, cutOff, uncommitted }) => {
    const again = uncommitted.filter((entry) => repeated.has(entry));
    const earliestMs = Math.max(0, ...again.map(({ answeredAtMs = atMs }) => atMs - answeredAtMs));
    return `${cutOff.length} in flight and ${again.length} of ${uncommitted.length} ended up to ${Math.round(earliestMs)} ms before`;
  };
}

function placeOf({ path: life, partition, offset }: LedgerEntry): string {
  return `${partition}/${offset} by ${life}`;
}
