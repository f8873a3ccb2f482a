import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { lacksMasquerade, Masquerade } from './lab/masquerade.ts';

const LAB = path.join(import.meta.dirname, 'lab');
const TIMEOUT_MS = 60_000;

const lacked = await lacksMasquerade();
if (lacked !== undefined) process.stdout.write(`no call is masqueraded here: ${lacked}\n`);

test.skipIf(lacked !== undefined)(
  'behind a router that masquerades, a call tells its own address and the one of the router',
  { timeout: TIMEOUT_MS },
  async () => {
    await using link = await Masquerade.make('call');
    const { clientSpace, serverSpace, serverAddress } = link;
    const exec = ['netns', 'exec'];
    const server = spawn(
      'ip',
      [...exec, serverSpace, process.execPath, path.join(LAB, 'lab-server.ts'), serverAddress],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    try {
      const [line] = await once(createInterface({ input: server.stdout }), 'line');
      const origin = `http://${serverAddress}:${JSON.parse(String(line)).http}`;
      const client = path.join(LAB, 'address-client.ts');
      const args = [...exec, clientSpace, process.execPath, client, origin];
      const { stdout } = await promisify(execFile)('ip', args, { timeout: TIMEOUT_MS / 2 });
      expect(JSON.parse(stdout)).toEqual({
        outcome: 'responded',
        internalIp: link.clientAddress,
        externalIp: link.routerAddress,
      });
    } finally {
      server.kill();
    }
  },
);
