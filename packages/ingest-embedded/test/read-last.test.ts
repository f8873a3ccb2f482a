import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { readLast } from '@netscope/ingest-embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openSource, TOPIC } from './open-source.ts';

describe('the last records of an embedded topic', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-'));
  });

  afterEach(async () => rm(dataDir, { recursive: true }));

  async function lastValues(last: number): Promise<readonly string[]> {
    const { records } = await readLast({ dataDir, topic: TOPIC, last });
    return records.map(({ value }) => Buffer.from(value ?? []).toString());
  }

  it('are read beside a process that writes them, from as many files as it takes', async () => {
    await using source = await openSource(dataDir, { partitions: 2, segmentBytesMax: 100 });
    for (let at = 0; at < 9; at += 1) {
      const value = Buffer.from(`v${at}`);
      await source.append(TOPIC, { key: null, value, headers: [], timestampMs: 1000 + at });
    }
    expect((await readdir(path.join(dataDir, 'embedded', TOPIC, '0'))).length).toBeGreaterThan(1);
    expect(await lastValues(4)).toEqual(['v5', 'v6', 'v7', 'v8']);
    expect(await lastValues(99)).toHaveLength(9);
    const { clusterId, records } = await readLast({ dataDir, topic: TOPIC, last: 1 });
    expect(clusterId).toBe(source.clusterId);
    expect(records).toMatchObject([{ topic: TOPIC, key: null, timestampMs: 1008 }]);
  });

  it('end before one that is half written, which stays as it is', async () => {
    await using source = await openSource(dataDir);
    await source.append(TOPIC, { key: null, value: Buffer.from('whole'), headers: [] });
    const folder = path.join(dataDir, 'embedded', TOPIC, '0');
    await appendFile(path.join(folder, '0000000000000000.log'), Buffer.from([0, 0, 1]));
    expect(await lastValues(2)).toEqual(['whole']);
    expect(await readdir(folder)).toEqual(['0000000000000000.log']);
  });

  it('of a topic that is not there are a refusal that names those that are', async () => {
    await expect(readLast({ dataDir, topic: 'none', last: 1 })).rejects.toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: 'the embedded source has no topic none; there is none',
    });
    await (await openSource(dataDir))[Symbol.asyncDispose]();
    await expect(readLast({ dataDir, topic: 'none', last: 1 })).rejects.toMatchObject({
      message: `the embedded source has no topic none; there are: ${TOPIC}`,
    });
  });
});
