import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';

import { FaultProxy, SeededRandom, waitUntil } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { beforeAll, describe, expect, it } from 'vitest';

import { S3ObjectStore } from '../src/s3-object-store.ts';
import { openSink, TestDirectory } from './sink-fixture.ts';
import { flawIn, parseLines, type TrailLine } from './trail.ts';

const LIVES = 6;
/** A put takes a multiple of it, so that there is one under way at nearly any time. */
const LATENCY_MS = 150;
const isRgwMissing = await isMissing('rgw');
let rgw: RealRgw;

describe.skipIf(isRgwMissing)('a sink on a real RGW whose process is killed', () => {
  beforeAll(async () => {
    rgw = await sharedRgw();
  }, 180_000);

  it('has every acknowledged event in the store once, wherever its puts were', async () => {
    using directory = new TestDirectory();
    const bucket = `netscope-killed-${process.pid}`;
    await rgw.createBucket(bucket);
    const targetPort = Number(new URL(rgw.address.endpoint).port);
    await using proxy = await FaultProxy.start({ targetPort });
    proxy.latencyMs = LATENCY_MS;
    const place = { ...rgw.address, region: rgw.region, bucket };
    const behind = { ...place, endpoint: `http://${proxy.address}` };
    const random = new SeededRandom(6);
    const acknowledged: string[] = [];
    for (let life = 0; life < LIVES; life += 1) {
      const child = start(directory.path, `life${life}`, behind);
      await waitUntil(() => proxy.openSockets > 0 && child.output.includes('ack'), {
        what: 'a put to begin',
      });
      await sleep(random.float() * LATENCY_MS * 6);
      acknowledged.push(...(await child.kill()));
    }
    const store = new S3ObjectStore(place);
    const { sink } = await openSink({ dataDir: directory.path, store, storeKind: 'rgw' });
    await sink.close(60_000);
    const lines = await linesIn(bucket);
    const stored = lines.map((line) => line.requestId);
    expect(sink.status()).toMatchObject({ backlogEvents: 0, quarantinedSegments: 0 });
    expect(new Set(stored).size).toBe(stored.length);
    expect(flawIn(lines)).toBeUndefined();
    const kept = new Set(stored);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  }, 180_000);
});

function start(dataDir: string, life: string, place: object) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'rgw-crash-child.ts'), dataDir, life, JSON.stringify(place)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const started = { output: '', kill };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    started.output += text;
  });
  async function kill(): Promise<readonly string[]> {
    child.kill('SIGKILL');
    await closed;
    return [...started.output.matchAll(/^ack (\S+)$/gm)].map((match) => match[1] ?? '');
  }
  return started;
}

async function linesIn(bucket: string): Promise<readonly TrailLine[]> {
  const lines: TrailLine[] = [];
  for (const key of await rgw.listKeys(bucket, 'audit/v1/dt=')) {
    const object = await rgw.getObject(bucket, key);
    lines.push(...parseLines(zstdDecompressSync(object).toString('utf8')));
  }
  return lines;
}
