import { setTimeout as delay } from 'node:timers/promises';

import { type PartitionLease, type RecordHeader, type RecordSource } from '@netscope/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CollectingConsumer } from '../collecting-consumer.ts';
import { waitUntil } from '../wait-until.ts';

/** A record to be read by the source. */
export interface RecordForSource {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** One log of one partition and one group, and sources that read it one after another. */
export interface RecordSourceHarness {
  /** The source as after a start of the process; the one before has ended. */
  open(): Promise<RecordSource>;
  /** Writes in order to the one partition. */
  append(records: readonly RecordForSource[]): Promise<void>;
  /** What the group has durably committed; `undefined` for nothing yet. */
  committed(): Promise<number | undefined>;
  /** Longer than this source takes to hand over what it has, or to commit what is settled. */
  readonly quietMs: number;
  close(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;
const BUDGET_MS = 30_000;

/** What every record source does. `makeHarness` gives each test a log and a group of its own. */
export function recordSourceConformance(
  name: string,
  makeHarness: () => Promise<RecordSourceHarness>,
): void {
  describe(`${name} as a record source`, () => {
    let harness: RecordSourceHarness;
    let runs: Run[];

    beforeEach(async () => {
      harness = await makeHarness();
      runs = [];
    });

    afterEach(async () => {
      await Promise.all(runs.map(async (run) => run.stop()));
      await harness.close();
    });

    async function start(consumer = new CollectingConsumer()): Promise<Run> {
      const run = new Run(await harness.open(), consumer);
      runs.push(run);
      return run;
    }

    it.each(SHAPES)('hands over %s untouched', async (_name, record) => {
      await harness.append([record]);
      const { consumer } = await start();
      const [handed] = await consumer.until(1);
      expect(bytesOf(handed?.record)).toEqual(bytesOf(record));
    });

    it('hands a partition over in order, each record once', async () => {
      await harness.append(numbered(0, 500));
      const { consumer } = await start(new CollectingConsumer({ acknowledgesAll: true }));
      await consumer.until(500);
      await harness.append(numbered(500, 500));
      await consumer.until(1000);
      expect(consumer.handed.map(({ record }) => text(record.value))).toEqual(
        numbered(0, 1000).map(({ value }) => text(value)),
      );
    });

    it('commits what is settled, and nothing past a record that is not', async () => {
      await harness.append(numbered(0, 5));
      const { consumer } = await start();
      const [first] = await consumer.until(5);
      const lease = leaseOf(first);
      const base = first?.record.offset ?? 0;
      for (const offset of [0, 1, 3, 4]) lease.acknowledge(base + offset);
      await until(async () => (await harness.committed()) === base + 2);
      await delay(harness.quietMs);
      expect(await harness.committed()).toBe(base + 2);
      lease.acknowledge(base + 2);
      await until(async () => (await harness.committed()) === base + 5);
    });

    it('hands nothing over while paused, and goes on when resumed', async () => {
      await harness.append(numbered(0, 3));
      const { consumer } = await start();
      const [first] = await consumer.until(3);
      const lease = leaseOf(first);
      lease.pause();
      lease.pause();
      // What was being fetched may still arrive; after that it is quiet.
      await delay(harness.quietMs);
      await harness.append(numbered(3, 3));
      await delay(harness.quietMs);
      expect(consumer.handed).toHaveLength(3);
      lease.resume();
      await consumer.until(6);
      expect(consumer.offsets).toEqual([...consumer.offsets].toSorted((a, b) => a - b));
    });

    it('begins again at the committed offset after a restart', async () => {
      await harness.append(numbered(0, 4));
      const before = await start();
      const [first] = await before.consumer.until(4);
      const base = first?.record.offset ?? 0;
      leaseOf(first).acknowledge(base);
      leaseOf(first).acknowledge(base + 1);
      await before.stop();
      const after = await start();
      const handed = await after.consumer.until(2);
      expect(handed.map(({ record }) => record.offset - base)).toEqual([2, 3]);
    });

    it('drains on abort, and commits what is acknowledged by then', async () => {
      await harness.append(numbered(0, 3));
      const run = await start();
      const [first] = await run.consumer.until(3);
      const base = first?.record.offset ?? 0;
      run.consumer.onDrain = async ([lease]) => {
        for (const offset of [0, 1, 2]) lease?.acknowledge(base + offset);
      };
      await run.stop();
      expect(run.consumer.drains).toHaveLength(1);
      expect(await harness.committed()).toBe(base + 3);
    });

    it('hands nothing over once the drain has begun', async () => {
      await harness.append(numbered(0, 1));
      const run = await start();
      await run.consumer.until(1);
      run.consumer.onDrain = async () => {
        await harness.append(numbered(1, 5));
        await delay(harness.quietMs);
      };
      await run.stop();
      expect(run.consumer.handed).toHaveLength(1);
    });

    it('fences its leases, and commits no acknowledgement after', async () => {
      await harness.append(numbered(0, 2));
      const before = await start();
      const [first] = await before.consumer.until(2);
      const lease = leaseOf(first);
      expect(lease.fenced).toBe(false);
      await before.stop();
      expect(lease.fenced).toBe(true);
      const base = first?.record.offset ?? 0;
      lease.acknowledge(base);
      lease.acknowledge(base + 1);
      const after = await start();
      await after.consumer.until(2);
      await delay(harness.quietMs);
      expect((await harness.committed()) ?? base).toBe(base);
    });

    it('gives each assignment of a partition a generation of its own', async () => {
      await harness.append(numbered(0, 1));
      const { consumer } = await start();
      const [first] = await consumer.until(1);
      expect(first?.lease.generation).toBeGreaterThan(0);
      expect(first?.lease.partition).toBe(first?.record.partition);
      expect(first?.lease.topic).toBe(first?.record.topic);
    });

    it('tells where it stands', async () => {
      await harness.append(numbered(0, 3));
      const run = await start();
      const [first] = await run.consumer.until(3);
      const base = first?.record.offset ?? 0;
      leaseOf(first).acknowledge(base);
      await until(async () => (await harness.committed()) === base + 1);
      const status = await until(() => {
        const now = run.source.status();
        return now.partitions[0]?.committed === base + 1 ? now : undefined;
      });
      expect(status).toMatchObject({ state: 'running', assigned: true, reason: undefined });
      expect(status.partitions[0]).toMatchObject({ position: base + 3, lagRecords: 2 });
      await run.stop();
      expect(run.source.status().state).toBe('stopped');
    });
  });
}

/** A source that runs, until it is stopped. */
class Run {
  readonly source: RecordSource;
  readonly consumer: CollectingConsumer;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor(source: RecordSource, consumer: CollectingConsumer) {
    this.source = source;
    this.consumer = consumer;
    this.#ended = source.run(consumer, this.#abort.signal);
    // A failure is told by `stop`.
    this.#ended.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }
}

const SHAPES: readonly (readonly [string, RecordForSource])[] = [
  ['a record with key, value and headers', recordOf({ headers: [header('a', '1')] })],
  ['a null value', recordOf({ value: null })],
  ['an empty value', recordOf({ value: new Uint8Array() })],
  ['a null key', recordOf({ key: null })],
  ['an empty key', recordOf({ key: new Uint8Array() })],
  ['a record without headers', recordOf({ headers: [] })],
  [
    'repeated headers',
    recordOf({ headers: [header('a', '1'), header('a', '3'), header('b', '2'), header('7', '')] }),
  ],
  ['bytes that are no text', recordOf({ value: Uint8Array.from({ length: 256 }, (_, i) => i) })],
  ['a value of 1 MB', recordOf({ value: new Uint8Array(MEGABYTE).fill(7) })],
];

function recordOf(parts: Partial<RecordForSource>): RecordForSource {
  return { key: encoded('key'), value: encoded('value'), headers: [], ...parts };
}

function header(name: string, value: string): RecordHeader {
  return { name, value: encoded(value) };
}

function numbered(first: number, count: number): RecordForSource[] {
  return Array.from({ length: count }, (_none, index) =>
    recordOf({ value: encoded(`value ${first + index}`) }),
  );
}

function encoded(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** As plain values, so that a Buffer equals the bytes that it holds. */
function bytesOf(record: RecordForSource | undefined): unknown {
  const hex = (bytes: Uint8Array | null): string | null =>
    bytes === null ? null : Buffer.from(bytes).toString('hex');
  if (record === undefined) return undefined;
  return {
    key: hex(record.key),
    value: hex(record.value),
    // Producers may group headers by name; those of one name keep their order.
    headers: record.headers
      .map(({ name, value }) => `${name}=${hex(value)}`)
      .toSorted((a, b) => (a[0] ?? '').localeCompare(b[0] ?? '')),
  };
}

function leaseOf(handed: { readonly lease: PartitionLease } | undefined): PartitionLease {
  if (handed === undefined) throw new Error('nothing was handed over');
  return handed.lease;
}

async function until<T>(
  ask: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T> {
  return waitUntil(ask, { what: 'the source', timeoutMs: BUDGET_MS, everyMs: 20 });
}
