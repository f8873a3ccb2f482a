import process from 'node:process';

import { afterEach, expect, test, vi } from 'vitest';

import { runCommandLine } from '../../src/cli/run-command-line.ts';

afterEach(() => vi.restoreAllMocks());

test('--json alone tells in JSON that a command is missing', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await runCommandLine(['--json'])).toBe(64);
  const text = String(written.mock.calls[0]?.[0]);
  expect(JSON.parse(text)).toMatchObject({
    error: { code: 'USAGE', message: expect.stringContaining('a command is missing') },
  });
});
