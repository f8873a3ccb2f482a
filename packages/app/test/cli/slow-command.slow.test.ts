import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');

const folder = mkdtempSync(path.join(tmpdir(), 'netscope-slow-command-'));
/** Takes connections and never answers: a store, or a broker, that hangs. */
let mute: Server;

beforeAll(async () => {
  mute = createServer((socket) => void socket.on('error', () => undefined));
  await once(mute.listen(0, '127.0.0.1'), 'listening');
  const address = mute.address();
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const rgw = { endpoint: `http://${at}`, access_key_id: 'a', secret_access_key: 'b' };
  const config = {
    source: { kafka: { brokers: [at] } },
    upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
    routes: [{ name: 'r', topics: ['t'], upstream: 'partner', request: { path: '/' } }],
    audit: { rgw },
  };
  writeFileSync(path.join(folder, 'netscope.yaml'), JSON.stringify(config));
});
afterAll(() => {
  mute.close();
  rmSync(folder, { recursive: true });
});

/** What a command first says on standard error. */
async function firstWords(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  const [words]: unknown[] = await once(child.stderr, 'data');
  child.kill('SIGKILL');
  return String(words);
}

test('routes test --record says nothing of its own while somebody writes the record', async () => {
  const child = spawn(process.execPath, [MAIN, 'routes', 'test', '--record', '-'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  const told = text(child.stderr);
  await delay(2500);
  child.stdin.end('{"topic":"t"}');
  expect(await told).toBe('');
});

test.each([
  { args: ['audit', 'ls'], says: 'reading the stored trail\n' },
  { args: ['audit', 'init-bucket', '--lock', 'governance:1d'], says: 'waiting for the store\n' },
  { args: ['routes', 'test', '--topic', 't'], says: 'reading records\n' },
])('$args says after a second what is waited for', async ({ args, says }) => {
  expect(await firstWords(...args)).toBe(says);
});
