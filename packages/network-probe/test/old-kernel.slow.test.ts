import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import type { SocketFacts } from '@netscope/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { library } from './support/native.ts';

const SUPPORT = path.join(import.meta.dirname, 'support');
const CHILD = path.join(SUPPORT, 'old-kernel-child.ts');
const run = promisify(execFile);

/** The facts that an attempt has by how much of `tcp_info` the kernel fills, as its versions came to. */
const ALWAYS = ['rttUs', 'rttvarUs', 'retransmits', 'lost', 'cwnd'];
const KERNELS: readonly (readonly [name: string, bytes: number, facts: readonly string[]])[] = [
  ['3.14 and older', 104, ALWAYS],
  ['4.1', 136, [...ALWAYS, 'bytesAcked']],
  ['4.6, cut within a field', 150, [...ALWAYS, 'bytesAcked']],
  ['4.9', 168, [...ALWAYS, 'bytesAcked', 'minRttUs', 'deliveryRateBps']],
  [
    '4.10',
    192,
    [
      ...ALWAYS,
      'bytesAcked',
      'minRttUs',
      'deliveryRateBps',
      'busyUs',
      'receiverLimitedUs',
      'senderLimitedUs',
    ],
  ],
];

interface Told {
  readonly id: string;
  readonly receiveStamps: boolean;
  readonly exchanges: readonly { readonly bytes: number; readonly facts: SocketFacts }[];
}

const canCompile =
  process.platform === 'linux' && spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
const without = canCompile ? '' : ' (skipped: needs Linux and a C compiler, as cc)';

describe.skipIf(library === undefined || !canCompile)(`a kernel that tells less${without}`, () => {
  let folder: string;
  let shim: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'netscope-old-kernel-'));
    shim = path.join(folder, 'short-tcp-info.so');
    const source = path.join(SUPPORT, 'short-tcp-info.c');
    await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', shim, source]);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function told(bytes: number): Promise<Told> {
    const env = { ...process.env, LD_PRELOAD: shim, NETSCOPE_TCP_INFO_BYTES: `${bytes}` };
    const { stdout } = await run(process.execPath, [CHILD], { env });
    return JSON.parse(stdout);
  }

  test.each(KERNELS)(
    '%s: what it does not tell is absent, the rest is right',
    async (...kernel) => {
      const [, bytes, names] = kernel;
      const { id, exchanges } = await told(bytes);
      expect(id).toMatch(/^\d+$/u);
      expect(exchanges.map((exchange) => exchange.bytes)).toEqual([bytes, bytes]);
      for (const { facts } of exchanges) {
        expect(Object.keys(facts).toSorted()).toEqual(names.toSorted());
        expect(facts.rttUs).toBeGreaterThan(0);
        expect(facts.cwnd).toBeGreaterThan(0);
      }
      const acknowledged = exchanges.map(({ facts }) => facts.bytesAcked);
      const isTold = names.includes('bytesAcked');
      expect(acknowledged).toEqual(isTold ? [1000, 200] : [undefined, undefined]);
    },
  );

  test('has receive stamps only where it tells how many bytes came', async () => {
    expect(await told(104)).toMatchObject({ receiveStamps: false });
    expect(await told(136)).toMatchObject({ receiveStamps: true });
    expect(await told(1024)).toMatchObject({ receiveStamps: true });
  });
});
