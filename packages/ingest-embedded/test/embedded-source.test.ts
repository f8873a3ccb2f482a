import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { DeliveryJournal } from '@netscope/domain';
import type { EmbeddedSource } from '@netscope/ingest-embedded';
import { CollectingConsumer, RecordingLog } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openSource, TOPIC } from './open-source.ts';

const record = (
  value: string,
  key: Buffer | null = null,
): Parameters<EmbeddedSource['append']>[1] => ({
  key,
  value: Buffer.from(value),
  headers: [],
});

describe('EmbeddedSource', () => {
  let dataDir: string;
  let folder: string;
  let segment: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-'));
    folder = path.join(dataDir, 'embedded', TOPIC, '0');
    segment = path.join(folder, '0000000000000000.log');
  });

  afterEach(async () => rm(dataDir, { recursive: true }));

  async function readAll(count: number, log = new RecordingLog()): Promise<readonly string[]> {
    const source = await openSource(dataDir, { log });
    const consumer = new CollectingConsumer();
    const abort = new AbortController();
    const run = source.run(consumer, abort.signal);
    await consumer.until(count);
    abort.abort();
    await run;
    await source[Symbol.asyncDispose]();
    return consumer.handed.map(({ record: handed }) => Buffer.from(handed.value ?? []).toString());
  }

  async function fill(...values: readonly string[]): Promise<void> {
    const source = await openSource(dataDir);
    for (const value of values) await source.append(TOPIC, record(value));
    await source[Symbol.asyncDispose]();
  }

  it('cuts a half written record off, says so, and goes on after it', async () => {
    await fill('one', 'two');
    const whole = await readFile(segment);
    await appendFile(segment, whole.subarray(0, 11));
    await fill('three');
    const log = new RecordingLog();
    expect(await readAll(3, log)).toEqual(['one', 'two', 'three']);
    expect(log.count('embedded.torn_tail')).toBe(0);
    expect(await readFile(`${segment}.torn`)).toEqual(whole.subarray(0, 11));
  });

  it('loses no acknowledged record wherever a crash cuts the next one', async () => {
    await fill('one', 'two');
    const whole = await readFile(segment);
    const first = 8 + whole.readUInt32BE(0);
    for (let cut = first; cut < whole.length; cut += 3) {
      await writeFile(segment, whole);
      await truncate(segment, cut);
      expect(await readAll(1)).toEqual(['one']);
    }
  });

  it('holds a damaged record against being read, and gives up aloud', async () => {
    await fill('one', 'two', 'three');
    const source = await openSource(dataDir);
    const bytes = await readFile(segment);
    bytes[bytes.indexOf('two')] = 0;
    await writeFile(segment, bytes);
    const consumer = new CollectingConsumer();
    await expect(source.run(consumer, new AbortController().signal)).rejects.toMatchObject({
      code: 'SOURCE_CORRUPT',
    });
    expect(consumer.handed.length).toBeLessThan(2);
    await source[Symbol.asyncDispose]();
  });

  it('refuses records past its bound, and takes them again once segments are deleted', async () => {
    const source = await openSource(dataDir, { bytesMax: 2000, segmentBytesMax: 500 });
    const append = async (): Promise<unknown> => source.append(TOPIC, record('x'.repeat(400)));
    while ((await append().catch(() => 'full')) !== 'full');
    await expect(append()).rejects.toMatchObject({ code: 'SOURCE_FULL', kind: 'transient' });
    const abort = new AbortController();
    const consumer = new CollectingConsumer({ acknowledgesAll: true });
    const run = source.run(consumer, abort.signal);
    await consumer.until(5);
    abort.abort();
    await run;
    await append();
    expect(await readdir(folder)).not.toContain('0000000000000000.log');
    await source[Symbol.asyncDispose]();
  });

  it('reads on across segments', async () => {
    const source = await openSource(dataDir, { segmentBytesMax: 300 });
    const values = Array.from({ length: 40 }, (_none, index) => `value ${index}`);
    await Promise.all(values.map(async (value) => source.append(TOPIC, record(value))));
    for (const value of values) await source.append(TOPIC, record(value));
    await source[Symbol.asyncDispose]();
    expect(await readAll(80)).toEqual([...values, ...values]);
    expect((await readdir(folder)).length).toBeGreaterThan(5);
  });

  it('hands all over again where its committed offsets were set back, and says so', async () => {
    await fill('one', 'two');
    const log = new RecordingLog();
    const journal: DeliveryJournal = {
      recall: () => ({ kind: 'reset', acknowledged: 2 }),
      knownAbove: () => undefined,
      noteBegun: () => true,
      noteEnded: () => undefined,
      hold: () => undefined,
      noteCommitted: () => undefined,
    };
    const source = await openSource(dataDir, { log, journal });
    const consumer = new CollectingConsumer();
    const abort = new AbortController();
    const run = source.run(consumer, abort.signal);
    await consumer.until(2);
    abort.abort();
    await run;
    await source[Symbol.asyncDispose]();
    const fields = { topic: TOPIC, partition: 0, committed: 0, acknowledged: 2 };
    expect(log.lines).toEqual([{ level: 'warn', event: 'embedded.group_was_reset', fields }]);
  });

  it('sends one key to one partition, and records without a key to all in turn', async () => {
    const source = await openSource(dataDir, { partitions: 4 });
    const places = await Promise.all(
      Array.from({ length: 8 }, async () => source.append(TOPIC, record('v', Buffer.from('k')))),
    );
    expect(new Set(places.map(({ partition }) => partition)).size).toBe(1);
    const spread = await Promise.all(
      Array.from({ length: 8 }, async () => source.append(TOPIC, record('v'))),
    );
    expect(new Set(spread.map(({ partition }) => partition)).size).toBe(4);
    await source[Symbol.asyncDispose]();
  });

  it('keeps its cluster id, and refuses topics that it does not have', async () => {
    const first = await openSource(dataDir);
    const { clusterId } = first;
    await expect(first.append('other', record('x'))).rejects.toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
    });
    await first[Symbol.asyncDispose]();
    const second = await openSource(dataDir);
    expect(second.clusterId).toBe(clusterId);
    await second[Symbol.asyncDispose]();
    await expect(openSource(dataDir, { topics: ['..'] })).rejects.toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
    });
  });
});
