import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Config, loadConfig } from '@netscope/config';
import { realClock, realTimers, SeededRandom } from '@netscope/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { auditVerify } from '../../../src/commands/audit/audit-verify.ts';

const EXAMPLE = new URL('../../../../../examples/netscope.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'netscope-keys-test-'));
let config: Config;

beforeAll(() => {
  ({ config } = loadConfig({ file: EXAMPLE, env: {}, cwd: folder }));
  writeFileSync(join(folder, 'letter.txt'), 'dear auditor');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a check says that cannot begin. */
async function refusal(given: readonly string[], files: readonly string[] = []): Promise<unknown> {
  let told: unknown;
  const digest = { ...config.audit.digest, publicKeyFiles: files };
  const service = { ...config.service, dataDir: join(folder, 'no-data') };
  const exitCode = await auditVerify(
    { ...config, service, audit: { ...config.audit, digest } },
    {
      command: 'audit verify',
      operand: undefined,
      options: { 'public-key': [...given] },
      cwd: folder,
      edges: { clock: realClock, timers: realTimers, random: new SeededRandom(1) },
      output: {
        result: ({ text }) => (told = text),
        note: () => undefined,
        summary: () => undefined,
      },
      stdout: () => {
        throw new Error('a check has no rows');
      },
      signal: new AbortController().signal,
    },
  );
  return { exitCode, told };
}

test('a key file that is not there is named, with the option that named it: exit 2', async () => {
  expect(await refusal(['missing.pem'])).toEqual({
    exitCode: 2,
    told: expect.stringMatching(
      /^could not check: CONFIG_INVALID: .*\n--public-key: found ENOENT: .*missing\.pem'; expected a readable file with Ed25519 public keys in PEM$/u,
    ),
  });
  const configured = await refusal([], [join(folder, 'missing.pem')]);
  expect(configured).toMatchObject({
    told: expect.stringContaining('audit.digest.public_key_files: found ENOENT'),
  });
});

test('a key file that holds something else is named as well', async () => {
  expect(await refusal(['letter.txt'])).toMatchObject({
    exitCode: 2,
    told: expect.stringMatching(/letter\.txt must hold Ed25519 keys in PEM, but it holds no PEM/),
  });
});

test('no key at all says where one can come from', async () => {
  expect(await refusal([])).toMatchObject({
    exitCode: 2,
    told: expect.stringContaining('found none to check with; expected --public-key FILE'),
  });
});
