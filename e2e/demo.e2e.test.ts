import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { waitUntil } from '@netscope/test-support';
import { HeadlessChromium, isMissing } from '@netscope/test-support/services';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { layoutFaults } from './support/layout-faults.ts';
import { numbersIn, openPage, type Page, shownAt } from './support/page.ts';

const MAIN = path.resolve(import.meta.dirname, '../packages/app/src/main.ts');
const SLOW_DISK = path.resolve(import.meta.dirname, 'support/slow-first-syncs.ts');
/** The upstream fails for two of its ten seconds: openings further apart than this are of two rounds. */
const ROUNDS_APART_MS = 5000;

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  rmSync(temporary, { recursive: true, force: true });
});

/** Where they keep what they need while they run. */
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'netscope-e2e-demo-'));
});

interface Demo {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly linesOf: Readonly<Record<'stdout' | 'stderr', readonly string[]>>;
  readonly ended: Promise<number>;
}

function startDemo(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Demo {
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, TMPDIR: temporary },
  });
  running.add(child);
  const lines: string[] = [];
  const linesOf: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[name] }).on('line', (line) => {
      lines.push(line);
      linesOf[name].push(line);
    });
  }
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => resolve(code ?? 128));
  });
  return { child, lines, linesOf, ended };
}

function demoFolders(): readonly string[] {
  const names = readdirSync(temporary).filter((name) => name.startsWith('netscope-demo-'));
  return names.map((name) => path.join(temporary, name));
}

/** With a slash at its end, once it is told. */
async function addressOf({ lines }: Demo): Promise<string> {
  const pattern = /http:\/\/127\.0\.0\.1:\d+\//u;
  return waitUntil(() => lines.map((line) => pattern.exec(line)?.[0]).find(Boolean), {
    what: 'the address of the page',
  });
}

/** The data of an answer of the API. */
async function ask<T>(address: string, route: string): Promise<T> {
  const reply = await fetch(`${address}v1/${route}`);
  const answer: { readonly data: T } = JSON.parse(await reply.text());
  return answer.data;
}

interface Counters {
  readonly delivered: number;
  readonly parked: number;
}

async function countersOf(address: string): Promise<Counters> {
  return (await ask<{ readonly records: Counters }>(address, 'metrics/network')).records;
}

/** Audit events in the store. */
async function storedOf(address: string): Promise<number> {
  const status = await ask<{ readonly last_seq: number; readonly spool_depth: number }>(
    address,
    'audit/status',
  );
  return status.last_seq - status.spool_depth;
}

interface Farewell extends Counters {
  readonly generated: number;
  readonly pending: number;
  readonly stored: number;
  readonly spooled: number;
}

/** What the demo said in the end. */
function farewellOf({ lines }: Demo): Farewell {
  const told = lines.join('\n');
  const [, generated, delivered, parked, pending, stored, spooled] = (
    /generated (\d+): delivered (\d+), parked (\d+), still pending (\d+)\naudit events stored (\d+), spooled (\d+)/u.exec(
      told,
    ) ?? []
  ).map(Number);
  if (generated === undefined) throw new Error(`no farewell in ${told}`);
  return {
    generated,
    delivered: delivered ?? Number.NaN,
    parked: parked ?? Number.NaN,
    pending: pending ?? Number.NaN,
    stored: stored ?? Number.NaN,
    spooled: spooled ?? Number.NaN,
  };
}

test(
  'the demo ends by itself --for seconds after it is ready, with 0, and says what became of its records',
  { timeout: 60_000 },
  async () => {
    // Ready only after three seconds: counted from an earlier instant, there would be no record.
    const demo = startDemo(['--for', '2', '--rate', '50'], {
      NODE_OPTIONS: `--import=${SLOW_DISK}`,
    });
    const address = await addressOf(demo);
    expect((await fetch(`${address}v1/health/ready`)).status).toBe(503);
    expect(await demo.ended).toBe(0);
    const told = farewellOf(demo);
    expect(told.generated).toBeGreaterThan(50);
    expect(told.delivered + told.parked + told.pending).toBe(told.generated);
    expect(told.delivered).toBeGreaterThan(0);
    expect(told.stored).toBeGreaterThan(0);
    expect(told.spooled).toBe(0);
    expect(demoFolders()).toEqual([]);
  },
);

test(
  'with --json standard output is one document, and standard error tells the address before it',
  { timeout: 60_000 },
  async () => {
    // Past the second 503s of a round, with which the circuit opens: the log says so.
    const demo = startDemo(['--for', '6', '--json']);
    expect(await demo.ended).toBe(0);
    const { stdout, stderr } = demo.linesOf;
    expect(JSON.parse(stdout.join('\n'))).toMatchObject({
      generated: expect.any(Number),
      delivered: expect.any(Number),
      parked: expect.any(Number),
      stored: expect.any(Number),
    });
    const told = stderr.map((line): unknown => JSON.parse(line));
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/u);
    expect(told).toContainEqual({ url, rate: 40 });
    expect(told).toContainEqual(expect.objectContaining({ event: 'circuit.changed', to: 'open' }));
  },
);

test(
  'the demo leaves its folder with --keep, and its trail is sound',
  { timeout: 60_000 },
  async () => {
    const { lines, ended } = startDemo(['--for', '1', '--keep']);
    expect(await ended).toBe(0);
    const [folder = ''] = demoFolders();
    expect(lines.at(-1)).toContain(folder);
    const verify = ['audit', 'verify', '--config', path.join(folder, 'netscope.yaml')];
    const env = { PATH: process.env['PATH'] };
    expect(spawnSync(process.execPath, [MAIN, ...verify], { env }).status).toBe(0);
  },
);

test(
  'Ctrl-C drains the demo and ends it with 0, and what it says goes on from what the API said',
  { timeout: 60_000 },
  async () => {
    const demo = startDemo(['--rate', '200']);
    const address = await addressOf(demo);
    const before = await waitUntil(
      async () => {
        const [counters, stored] = [await countersOf(address), await storedOf(address)];
        return counters.delivered > 0 && counters.parked > 0 && stored > 0 && { counters, stored };
      },
      { what: 'records delivered and parked, and events stored' },
    );
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    const told = farewellOf(demo);
    expect(told.delivered).toBeGreaterThanOrEqual(before.counters.delivered);
    expect(told.parked).toBeGreaterThanOrEqual(before.counters.parked);
    expect(told.delivered + told.parked + told.pending).toBe(told.generated);
    // Each ended record has an event, and none is left behind.
    expect(told.stored).toBeGreaterThanOrEqual(told.delivered + told.parked);
    expect(told.stored).toBeGreaterThanOrEqual(before.stored);
    expect(told.spooled).toBe(0);
    expect(demoFolders()).toEqual([]);
  },
);

describe.skipIf(await isMissing('chromium'))('the page of the demo', () => {
  test(
    'shows calls with their phases, counters that grow, and a circuit that opens and closes in each round',
    { timeout: 90_000 },
    async () => {
      await using chromium = await HeadlessChromium.start();
      const demo = startDemo(['--rate', '100']);
      const address = await addressOf(demo);
      const { page, complaints } = await openPage(chromium, address);
      await page.evaluate(WATCH_CIRCUIT);
      const first = await shownCounters(page);
      await expectPhasesOfACall(page, address);

      const seen = await waitUntil(
        async () => {
          const looks = await page.evaluate<readonly CircuitLook[]>('window.circuitLooks');
          return openings(looks).length >= 2 && looks;
        },
        { what: 'the circuit to open and close again in two rounds', timeoutMs: 45_000 },
      );
      const [one = Number.NaN, other = Number.NaN] = openings(seen);
      expect(other - one).toBeGreaterThan(ROUNDS_APART_MS);
      for (const { state, word } of seen) expect(word).toBe(state.replace('_', '-'));

      const told = await countersOf(address);
      const shown = await waitUntil(
        async () => {
          const now = await shownCounters(page);
          return now.delivered >= told.delivered && now.parked >= told.parked && now;
        },
        { what: 'the counters of the page to come up to those of the API' },
      );
      expect(shown.delivered).toBeGreaterThan(first.delivered);
      expect(shown.parked).toBeGreaterThan(first.parked);
      const later = await countersOf(address);
      expect(shown.delivered).toBeLessThanOrEqual(later.delivered);
      expect(shown.parked).toBeLessThanOrEqual(later.parked);
      expect(await layoutFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

/** One look at the circuit of the upstream that fails: what it is, and what its badge says. */
interface CircuitLook {
  readonly state: string;
  readonly word: string;
  /** Of the page's clock. */
  readonly atMs: number;
}

/** Run in the page: notes every state that the circuit's own element shows, in `circuitLooks`. */
const WATCH_CIRCUIT = `(() => {
  const looks = [];
  window.circuitLooks = looks;
  const look = () => {
    const row = document.querySelector('#upstreams [data-upstream="partner"]');
    const state = row?.dataset.circuit;
    const word = row?.querySelector('.upstream-head > .badge')?.textContent;
    const last = looks.at(-1);
    if (row === null || (last?.state === state && last?.word === word)) return;
    looks.push({ state, word, atMs: performance.now() });
  };
  new MutationObserver(look).observe(document.body, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
  look();
})()`;

/** When the circuit left closed for open, each time that it was closed again after; the page's clock, ms. */
function openings(looks: readonly CircuitLook[]): readonly number[] {
  const openedAtMs: number[] = [];
  let openSinceMs: number | undefined;
  for (const [index, { state, atMs }] of looks.entries()) {
    const before = looks[index - 1]?.state;
    if (state === 'open' && before === 'closed') openSinceMs = atMs;
    if (state !== 'closed' || openSinceMs === undefined) continue;
    openedAtMs.push(openSinceMs);
    openSinceMs = undefined;
  }
  return openedAtMs;
}

async function shownCounters(page: Page): Promise<Counters> {
  return waitUntil(
    async () => {
      const texts = await shownAt(page, [
        ['#records', 'Delivered'],
        ['#records', 'Parked'],
      ]);
      const [delivered, parked] = texts.map((text) => numbersIn(text)[0]?.value);
      return delivered !== undefined && parked !== undefined && { delivered, parked };
    },
    { what: 'the counters on the page' },
  );
}

interface Call {
  readonly network: {
    readonly attempts: readonly { readonly phases_ms: Readonly<Record<string, number>> }[];
  };
}

/** The bar of a call has a piece for each phase that the API tells of its last attempt. */
async function expectPhasesOfACall(page: Page, address: string): Promise<void> {
  // That one answers always; the list of the others may hold none that was answered.
  await page.locator('#calls select').selectOption('steady');
  const answered = page.locator('#calls .call', { has: page.getByText('202', { exact: true }) });
  await answered.first().waitFor();
  await page.getByRole('button', { name: 'Hold the list' }).click();
  const row = answered.first();
  const id = await row.getAttribute('data-request-id');
  const call = await ask<Call>(address, `calls/${id}`);
  const phases = Object.entries(call.network.attempts.at(-1)?.phases_ms ?? {});
  const meant = phases.filter(([, ms]) => ms > 0).map(([name]) => `phase-${name}`);
  const pieces = await row.locator('.phase-bar rect').all();
  const shown = await Promise.all(pieces.map(async (piece) => piece.getAttribute('class')));
  expect(meant).toContain('phase-wait');
  expect(shown).toHaveLength(meant.length);
  expect(new Set(shown)).toEqual(new Set(meant));
  await page.getByRole('button', { name: 'Let the list go on' }).click();
}
