import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { expect, test } from 'vitest';

import { library } from './support/native.ts';

/** A minute; `NETSCOPE_NATIVE_SOAK_SECONDS=600` is the whole soak. */
const SECONDS = Number(process.env['NETSCOPE_NATIVE_SOAK_SECONDS'] ?? 60);
const CHILD = path.join(import.meta.dirname, 'soak/native-soak-child.ts');
const MIB = 1024 ** 2;
/** Between the ends of the first quarter and the last: pages that allocators keep. */
const RSS_MORE_MAX_BYTES = 32 * MIB;
/** Of the runtime's own, which come and go; a round that lost one would have lost hundreds. */
const FEW = 3;

interface Size {
  readonly rounds: number;
  readonly rssBytes: number;
  readonly openFds: number;
  readonly threads: number;
}

test.skipIf(library === undefined)(
  'the library outlives wrong, ended, closed and reused things, and threads that are torn down in it, with nothing left of them',
  { timeout: SECONDS * 1000 + 120_000 },
  async () => {
    const child = spawn(process.execPath, ['--expose-gc', CHILD, String(SECONDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const sizes: Size[] = [];
    for await (const line of createInterface({ input: child.stdout })) sizes.push(JSON.parse(line));
    expect(await ended).toEqual([0, null]);
    const [first, last] = [sizes[0], sizes.at(-1)];
    if (first === undefined || last === undefined) throw new Error('it never told its size');
    process.stdout.write(
      `[figure] ${SECONDS} s, ${last.rounds} rounds, from the first quarter's end to the last: ${told(first)} to ${told(last)}\n`,
    );
    expect(last.rounds).toBeGreaterThan(first.rounds);
    expect(last.rssBytes - first.rssBytes).toBeLessThan(RSS_MORE_MAX_BYTES);
    expect(last.openFds - first.openFds).toBeLessThanOrEqual(FEW);
    expect(last.threads - first.threads).toBeLessThanOrEqual(FEW);
  },
);

function told({ rssBytes, openFds, threads }: Size): string {
  return `${(rssBytes / MIB).toFixed(1)} MiB resident, ${openFds} open files, ${threads} threads`;
}
