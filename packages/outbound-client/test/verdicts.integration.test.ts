import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { afterAll, describe, expect, test } from 'vitest';

import { LAB_CASES, type LabCase } from './lab/lab-case.ts';
import { LabLink, lacksNamespaces } from './lab/lab-link.ts';
import { library } from './support/native.ts';

const LAB = path.join(import.meta.dirname, 'lab');
/** Of the calls of a case. */
const RIGHT_LEAST = 0.99;
const TIMEOUT_MS = 600_000;
/** On a machine that starves the upstream, the upstream was late indeed: such a run says nothing. */
const RUNS_AGAIN = 2;

const lacked = await lacksNamespaces();
const isSkipped = ({ link }: LabCase): boolean =>
  library === undefined || (link !== undefined && lacked !== undefined);
const table: string[] = [];

type Worker = ChildProcessByStdio<Writable, Readable, null>;

function start(space: string | undefined, args: readonly string[]): Worker {
  const own = [process.execPath, ...args];
  const [file = '', ...rest] = space === undefined ? own : ['ip', 'netns', 'exec', space, ...own];
  return spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** How often each party was named. */
async function judge(lab: LabCase): Promise<ReadonlyMap<string, number>> {
  await using link = lab.link === undefined ? undefined : await LabLink.make(lab.link);
  const address = link?.serverAddress ?? '127.0.0.1';
  const server = start(link?.serverSpace, [path.join(LAB, 'lab-server.ts'), address]);
  try {
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    const origin = originOf(lab, address, JSON.parse(String(line)));
    const asked = JSON.stringify({ ...lab, origin });
    return await tallyOf(start(link?.clientSpace, [path.join(LAB, 'lab-client.ts'), asked]));
  } finally {
    server.kill();
  }
}

function originOf(lab: LabCase, address: string, ports: Readonly<Record<string, number>>): string {
  const scheme = lab.port === 'slowTls' ? 'https' : 'http';
  return `${scheme}://${lab.host ?? address}:${ports[lab.port ?? 'http']}`;
}

async function tallyOf(client: Worker): Promise<ReadonlyMap<string, number>> {
  const tally = new Map<string, number>();
  for await (const answer of createInterface({ input: client.stdout })) {
    const { outcome, verdict } = JSON.parse(answer);
    const named: string = outcome === 'responded' ? verdict.party : outcome;
    tally.set(named, (tally.get(named) ?? 0) + 1);
  }
  return tally;
}

describe('the party that is named', () => {
  afterAll(() => {
    const head =
      '| case | network | upstream | local | upstream_or_beyond | right |\n|---|---|---|---|---|---|';
    process.stdout.write(`\n${[head, ...table].join('\n')}\n`);
    if (lacked !== undefined)
      process.stdout.write(`without namespaces (${lacked}): no link cases\n`);
  });

  test.each(LAB_CASES.filter((lab) => !isSkipped(lab)))(
    'is right in 99 of 100 calls: $name',
    { timeout: TIMEOUT_MS, retry: RUNS_AGAIN },
    async (lab) => {
      const tally = await judge(lab);
      const count = (party: string): number => tally.get(party) ?? 0;
      const right = lab.expected.reduce((sum, party) => sum + count(party), 0);
      const counts = ['network', 'upstream', 'local', 'upstream_or_beyond'].map(count);
      const share = right / lab.calls;
      table.push(`| ${lab.name} | ${counts.join(' | ')} | ${(share * 100).toFixed(1)} % |`);
      expect(share).toBeGreaterThanOrEqual(RIGHT_LEAST);
    },
  );
});
