import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadConfig } from '@netscope/config';
import { EmbeddedSource } from '@netscope/ingest-embedded';
import {
  realClock,
  realTimers,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createOutput } from '../../src/cli/output.ts';
import { routesTest } from '../../src/commands/routes-test.ts';

const TOPIC = 'orders';
const edges = { clock: realClock, timers: realTimers, random: new SeededRandom() };

describe('routes test --topic on the embedded source', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'netscope-routes-'));
    await using source = await EmbeddedSource.open({
      ...edges,
      dataDir: path.join(folder, 'data'),
      topics: [TOPIC],
      group: 'netscope',
      journal: undefined,
      drainMs: 0,
      metrics: new RecordingMetrics(),
      log: new RecordingLog(),
    });
    for (const id of [1, 2, 3]) {
      const value = Buffer.from(`{"id":${id}}`);
      await source.append(TOPIC, { key: Buffer.from('k'), value, headers: [] });
    }
  });

  afterEach(async () => rm(folder, { recursive: true }));

  async function told(more = ''): Promise<string> {
    let text = '';
    const stream = { write: (part: string) => (text += part) };
    const loaded = loadConfig({
      cwd: folder,
      env: {},
      text: `source: { kind: embedded }
upstreams: { p: { origin: "http://127.0.0.1:9" } }
routes: [{ name: r, topics: [${TOPIC}], upstream: p, request: { path: "/{value.id}" } }]
${more}`,
    });
    const output = createOutput({ stdout: stream, stderr: stream }, false);
    await routesTest(loaded, { options: { topic: TOPIC, last: '2' }, edges, output });
    return text;
  }

  test('shows the last records of its own log', async () => {
    const text = await told();
    expect(text).toContain("curl -X POST 'http://127.0.0.1:9/2'");
    expect(text).toContain("curl -X POST 'http://127.0.0.1:9/3'");
    expect(text).not.toContain('9/1');
    expect(text).not.toContain('example');
  });

  test('derives the key by the hash of the configuration, as run does', async () => {
    const keysOf = async (more?: string): Promise<unknown> =>
      [...(await told(more)).matchAll(/idempotency-key: ([0-9a-f]{64})/gu)].map(([, key]) => key);
    await writeFile(path.join(folder, 'hash.key'), 'k'.repeat(32));
    const plain = await keysOf();
    expect(await keysOf()).toEqual(plain);
    expect(await keysOf('audit: { hash: { kind: hmac, key_file: hash.key } }')).not.toEqual(plain);
  });
});
