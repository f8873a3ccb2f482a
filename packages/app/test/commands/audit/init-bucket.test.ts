import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';

import { loadConfig } from '@netscope/config';
import { realClock, realTimers, SeededRandom } from '@netscope/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { failureOf } from '../../../src/cli/report-failure.ts';
import { auditInitBucket } from '../../../src/commands/audit/audit-init-bucket.ts';

const ROUTES = `
upstreams: { partner: { origin: "https://partner.example.net" } }
routes: [{ name: a, topics: [t], upstream: partner, request: { path: / } }]
`;
/** It takes connections and never answers. */
let mute: Server;

beforeEach(async () => {
  mute = createServer();
  await once(mute.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => mute.close());

function initBucket(endpoint: string, signal: AbortSignal): Promise<number> {
  const keys = `endpoint: "${endpoint}", access_key_id: id, secret_access_key: secret`;
  const text = `${ROUTES}audit: { rgw: { ${keys} } }`;
  const { config } = loadConfig({ text, env: {}, cwd: tmpdir(), dotenv: false });
  const nothing = (): never => {
    throw new Error('nothing was made');
  };
  return auditInitBucket(config, {
    command: 'audit init-bucket',
    operand: undefined,
    options: { lock: 'governance:1d' },
    cwd: tmpdir(),
    edges: { clock: realClock, timers: realTimers, random: new SeededRandom(1) },
    output: { result: nothing, note: nothing, summary: nothing },
    stdout: nothing,
    signal,
  });
}

test('a bucket cannot be made in a store that is away, which is no defect: exit 2', async () => {
  const error: unknown = await initBucket('http://127.0.0.1:1', new AbortController().signal).catch(
    (reason: unknown) => reason,
  );
  expect(failureOf(error)).toMatchObject({
    exitCode: 2,
    text: expect.stringMatching(/^STORAGE_UNAVAILABLE: init-bucket: unreachable/u),
  });
});

test('a signal ends the waiting for one that does not answer: exit 130', async () => {
  const controller = new AbortController();
  mute.once('connection', () => controller.abort());
  const address = mute.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  expect(await initBucket(`http://127.0.0.1:${port}`, controller.signal)).toBe(130);
});
