import { cpSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { openSink, TestDirectory } from '../sink-fixture.ts';

/** What a crash leaves in `into`: two segments, of which the first is damaged. */
async function crashInto(into: string): Promise<void> {
  using directory = new TestDirectory();
  const segment = { bytesMax: 100, ageMaxMs: 30_000, zstdLevel: 1 };
  const { sink } = await openSink({ dataDir: directory.path, segment });
  await sink.append({ kind: 'call', call: sampleCall() });
  cpSync(directory.path, into, { recursive: true });
  await sink.close(10_000);
  const folder = join(into, 'spool/segments');
  const name = readdirSync(folder).find((file) => file.endsWith('.jsonl')) ?? '';
  truncateSync(join(folder, name), 0);
  writeFileSync(join(folder, name), '{"changed":true}\n');
}

/** A life of `audit ship`: it writes no event of its own. */
async function ship(dataDir: string): Promise<void> {
  const { sink } = await openSink({ dataDir });
  await sink.close(10_000);
}

/** `audit ship` recovered and shipped what a killed gateway left, and called its own end the last. */
test('an unclean end and its damage are told by the first life that writes, whoever shipped before', async () => {
  using directory = new TestDirectory();
  const dataDir = directory.path;
  await crashInto(dataDir);
  await ship(dataDir);
  await ship(dataDir);
  const { sink } = await openSink({ dataDir });
  expect(sink.previousEpoch).toBe('unclean');
  expect(sink.damage).toEqual({ files: 1, events: 1 });
  await sink.append({ kind: 'call', call: sampleCall() });
  await sink.close(10_000);
  const next = await openSink({ dataDir });
  expect(next.sink.previousEpoch).toBe('clean');
  expect(next.sink.damage).toEqual({ files: 0, events: 0 });
  await next.sink.close(10_000);
});
