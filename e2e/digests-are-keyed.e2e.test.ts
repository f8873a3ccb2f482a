import { createHash, createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail } from './support/audit-trail.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';

const COUNT = 40;
const KEY = 'a key of thirty-two characters..';

/** Small enough that a plain digest of it could be looked up. */
const valueOf = (id: number): string => JSON.stringify({ pin: 1000 + id });
const keyOf = (id: number): string => `customer-${id}`;
const plain = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyed = (text: string): string => createHmac('sha256', KEY).update(text).digest('hex');

describe.skipIf(await isMissing('kafka', 'rgw'))('audit.hash: hmac', () => {
  test(
    'puts no digest into the trail that could be guessed, and calls nothing again after kill -9',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        config: {
          // Nothing is committed before the kill: the journal alone knows what was done.
          source: { kafka: { commit_interval_ms: 60_000, session_timeout_ms: 6000 } },
          audit: { hash: { kind: 'hmac', key_file: 'hash.key' } },
        },
      });
      await mkdir(pipeline.folder, { recursive: true });
      await writeFile(path.join(pipeline.folder, 'hash.key'), `${KEY}\n`);
      const first = await pipeline.gateway(pipeline.folder);
      await pipeline.kafka.produce(pipeline.topic, recordsFrom(0));
      await untilCalls(pipeline, COUNT);
      await waitUntil(async () => (await durableCalls(first)) === COUNT, {
        what: 'every call to be durable',
      });
      await first.kill();
      await using next = await GatewayProcess.spawn({
        config: pipeline.config,
        folder: pipeline.folder,
      });
      await pipeline.kafka.produce(pipeline.topic, recordsFrom(COUNT));
      await untilCalls(pipeline, 2 * COUNT);
      await next.stop();
      expect(await pipeline.upstream.counts()).toMatchObject({
        keys: 2 * COUNT,
        arrivals: 2 * COUNT,
      });
      await expectKeyed(pipeline);
    },
  );

  async function durableCalls(gateway: GatewayProcess): Promise<number> {
    const type = { event_type: 'request.completed' };
    return counterTotal(await gateway.getText('/metrics'), 'netscope_audit_events_total', type);
  }

  async function expectKeyed(pipeline: Pipeline): Promise<void> {
    const events = await readTrail(pipeline.rgw, pipeline.bucket);
    const started = events.filter(({ event_type: type }) => type === 'system.started');
    expect(started.map(({ facts }) => facts?.['hash'])).toEqual(['hmac-sha256', 'hmac-sha256']);
    const keyIds = new Set(started.map(({ facts }) => facts?.['hash_key_id']));
    expect(keyIds.size).toBe(1);
    const text = await textOf(pipeline);
    for (let id = 0; id < 2 * COUNT; id += 1) {
      for (const content of [keyOf(id), valueOf(id)]) {
        expect(text).toContain(keyed(content));
        expect(text).not.toContain(plain(content));
      }
    }
    expect(text).toContain(keyed('/v1/partner/send'));
    expect(text).not.toContain(plain('/v1/partner/send'));
  }

  async function textOf({ rgw, bucket }: Pipeline): Promise<string> {
    const keys = await rgw.listKeys(bucket, 'audit/v1/dt=');
    const bodies = await Promise.all(keys.map(async (key) => rgw.getObject(bucket, key)));
    return bodies.map((body) => zstdDecompressSync(body).toString('utf8')).join('');
  }

  async function untilCalls(pipeline: Pipeline, count: number): Promise<void> {
    await waitUntil(async () => (await pipeline.upstream.counts()).keys >= count, {
      what: `${count} records to arrive`,
      timeoutMs: 60_000,
    });
  }
});

function recordsFrom(from: number) {
  return Array.from({ length: COUNT }, (_, index) => ({
    key: keyOf(from + index),
    value: valueOf(from + index),
  }));
}
