import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { MARKER_HEADERS, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';

const MAIN = path.resolve(import.meta.dirname, '../packages/app/src/main.ts');
const SECRET = 'hunter2-never-to-be-seen';

describe.skipIf(await isMissing('kafka', 'rgw'))('routes test --topic', () => {
  test(
    'shows the very calls that are made after, sends and commits nothing, and masks secrets',
    { timeout: 60_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: 2,
        route: {
          request: {
            method: 'PUT',
            path: '/v1/{value.id}',
            headers: { ...MARKER_HEADERS, authorization: `Bearer ${SECRET}` },
          },
        },
      });
      await pipeline.kafka.produce(pipeline.topic, [
        { key: 'a', value: '{"id":1}' },
        { key: 'b', value: '{"id":2}' },
        { key: 'c', value: '{}' },
      ]);
      const told = await routesTest(pipeline);
      expect(told).not.toContain(SECRET);
      expect(told).toContain('would be parked, malformed: request.path: {value.id} finds no value');
      expect((await pipeline.upstream.counts()).arrivals).toBe(0);
      // Of a broker that no group has been at the first question finds its coordinator loading.
      const asked = await waitUntil(
        async () => ({ lag: await pipeline.kafka.lag(pipeline.group, pipeline.topic) }),
        { what: 'an answer of the coordinator' },
      );
      expect(asked).toEqual({ lag: 3 });

      await using gateway = await pipeline.gateway();
      await waitUntil(async () => (await pipeline.upstream.counts()).arrivals === 2, {
        what: 'both calls',
      });
      for (const { path: target, idempotencyKey } of await pipeline.upstream.ledger()) {
        expect(told).toContain(`${pipeline.upstream.origin}${target}'`);
        expect(told).toContain(`idempotency-key: ${idempotencyKey}'`);
      }
      expect(await gateway.stop()).toBe(0);
    },
  );
});

async function routesTest(pipeline: Pipeline): Promise<string> {
  const folder = `${pipeline.folder}-cli`;
  const file = path.join(folder, 'netscope.yaml');
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, JSON.stringify(pipeline.config));
    const args = [MAIN, 'routes', 'test', '--config', file, '--topic', pipeline.topic];
    // A bare environment: an unknown NETSCOPE_ variable is a fault.
    const env = { PATH: process.env['PATH'] };
    return (await promisify(execFile)(process.execPath, args, { env })).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
