import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { CollectingConsumer, waitUntil } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { openSource, TOPIC } from '../open-source.ts';

test('the lag in seconds is the age of what was not read either', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-'));
  const wallMs = { now: 1_000_000 };
  const clock = { wallMs: () => wallMs.now, monotonicMs: () => performance.now() };
  const source = await openSource(dataDir, { clock });
  const consumer = new CollectingConsumer({ acknowledgesAll: true });
  const abort = new AbortController();
  const run = source.run(consumer, abort.signal);
  const append = async (value: string): Promise<unknown> =>
    source.append(TOPIC, { key: null, value: Buffer.from(value), headers: [] });
  await append('read');
  const [handed] = await consumer.until(1);
  handed?.lease.pause();
  await append('not read');
  wallMs.now += 30_000;
  const partition = await waitUntil(
    () => {
      const [told] = source.status().partitions;
      return told?.committed === 1 && told.lagSeconds !== undefined ? told : undefined;
    },
    { what: 'a lag in seconds', everyMs: 10 },
  );
  expect(partition).toMatchObject({ lagRecords: 1, lagSeconds: 30, position: 1 });
  abort.abort();
  await run;
  await source[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});
