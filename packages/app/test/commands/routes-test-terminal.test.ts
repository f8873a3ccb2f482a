import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadConfig } from '@netscope/config';
import { realClock, realTimers, SeededRandom } from '@netscope/test-support';
import { afterAll, expect, test } from 'vitest';

import { routesTest } from '../../src/commands/routes-test.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'netscope-routes-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = `
upstreams: { partner: { origin: http://127.0.0.1:9 } }
routes:
  - { name: r, topics: [t], upstream: partner, request: { method: PUT, path: /, forward_headers: [x-name] } }
audit: { store: directory }
`;

test('control characters of a record reach no terminal; line ends, tabs and the JSON form stay', async () => {
  const record = path.join(folder, 'record.json');
  const value = 'a\u001B]0;mine\u0007\tb\r\nc';
  writeFileSync(record, JSON.stringify({ topic: 't', value, headers: { 'x-name': 'd' } }));
  const told: { readonly json: unknown; readonly text: string }[] = [];
  await routesTest(loadConfig({ text: TEXT, env: {}, cwd: folder, dotenv: false }), {
    options: { record },
    edges: { clock: realClock, timers: realTimers, random: new SeededRandom(1) },
    output: {
      result: (forms) => told.push(forms),
      note: () => undefined,
      summary: () => undefined,
    },
  });
  const [{ json, text } = { json: [], text: '' }] = told;
  expect(text).toContain("'a\uFFFD]0;mine\uFFFD\tb\uFFFD\nc'");
  expect(text).toContain("-H 'x-name: d'");
  expect(json).toMatchObject([{ curl: expect.stringContaining(`'${value}'`) }]);
});
