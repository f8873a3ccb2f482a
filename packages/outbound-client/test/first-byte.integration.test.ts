import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import type { Clock } from '@netscope/domain';
import { NetworkProbe } from '@netscope/network-probe';
import { SeededRandom } from '@netscope/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CoreWait, STARVED_FROM } from './lab/core-wait.ts';
import { library } from './support/native.ts';
import { GatewayRig } from './support/rig.ts';

const SERVER = path.join(import.meta.dirname, 'lab/first-byte-server.ts');
const CA = readFileSync(path.join(import.meta.dirname, 'support/test-cert.pem'), 'utf8');
const CALLS = Number(process.env['NETSCOPE_FIRST_BYTES'] ?? 1500);
const CONNECTIONS = 8;
const STALL_MS_MOST = 30;
const BETWEEN_STALLS_MS_MOST = 25;
const SERVER_MS_MOST = 15;
const BODY_MS_MOST = 8;
const ERROR_P99_MS_MOST = 2;
/** Two clocks are read beside each other within this. */
const EARLY_MS_MOST = 0.05;
const CLOCK_READINGS = 100;
/** Of a machine without a core for us; else one run decides. */
const RUNS = 3;
const TIMEOUT_MS = RUNS * (120_000 + CALLS * 40);

/** An attempt's first byte, as told by its phases and as the HTTP client came to it, ms. */
interface Seen {
  readonly toldMs: number;
  readonly javaScriptMs: number;
  /** From the request's first byte to the answer's. */
  readonly answeredMs: number;
  readonly reused: boolean;
}

/** What the upstream wrote down, by the same clock from another start. */
interface Note {
  readonly receivedMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

interface Case {
  readonly origin: string;
  readonly query?: string;
}

/** The real clock; remembers when an attempt began, which is where it is asked for both times. */
class BeginningClock implements Clock {
  beganAtMs = Number.NaN;
  #isBeginning = false;

  wallMs(): number {
    this.#isBeginning = true;
    return Date.now();
  }

  monotonicMs(): number {
    const nowMs = performance.now();
    if (this.#isBeginning) this.beganAtMs = nowMs;
    this.#isBeginning = false;
    return nowMs;
  }
}

interface Upstream {
  readonly ports: { readonly http: number; readonly https: number };
  stop(): void;
}

async function startServer(): Promise<Upstream> {
  const server = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return { ports: JSON.parse(String(line)), stop: () => void server.stdin.end() };
}

/** Blocks the event loop again and again, until it is disposed of. */
class Stalls implements Disposable {
  made = 0;
  readonly #random = new SeededRandom();
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#next();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = setTimeout(() => {
      const untilMs = performance.now() + this.#random.float() * STALL_MS_MOST;
      while (performance.now() < untilMs);
      this.made += 1;
      this.#next();
    }, this.#random.float() * BETWEEN_STALLS_MS_MOST);
  }
}

/** Hears from the HTTP client itself when it came to the headers of an answer. */
class Ear implements Disposable {
  readonly heardAtMs = new Map<string, number>();

  constructor() {
    subscribe('undici:request:headers', this.#onHeaders);
  }

  [Symbol.dispose](): void {
    unsubscribe('undici:request:headers', this.#onHeaders);
  }

  readonly #onHeaders = (message: unknown): void => {
    this.heardAtMs.set(idOf(message), performance.now());
  };
}

function idOf(message: unknown): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- undici's own message, by its documentation
  const { request } = message as { readonly request: { readonly path: string } };
  return request.path.split('?')[0] ?? '';
}

/** Makes the calls, a worker a connection, with the loop stalled all along. */
async function run(
  origin: string,
  target: (id: number) => string,
): Promise<ReadonlyMap<string, Seen>> {
  const clock = new BeginningClock();
  const probe = new NetworkProbe(clock, library);
  const definition = { origin, connections: { max: CONNECTIONS }, tls: { ca: CA } };
  const timeouts = { connectMs: 8000, readMs: 8000, globalMs: 10_000 };
  await using rig = new GatewayRig({ ...definition, timeouts }, { probe, clock });
  expect(probe.capabilities().receiveStamps).toBe(true);
  using ear = new Ear();
  using stalls = new Stalls();
  const seen = new Map<string, Seen>();
  let made = 0;
  const worker = async (): Promise<void> => {
    while (made < CALLS) {
      const id = made;
      made += 1;
      const calling = rig.call({ method: 'GET', target: target(id), body: undefined });
      const { beganAtMs } = clock;
      const [attempt] = (await calling).attempts;
      if (attempt?.status !== 200) throw new Error(`call ${id} failed`);
      const javaScriptMs = ear.heardAtMs.get(`/${id}`) ?? Number.NaN;
      const { queue = 0, write = 0, wait = 0 } = attempt.phasesMs;
      const answeredMs = write + wait;
      const toldMs = beganAtMs + queue + answeredMs;
      seen.set(`/${id}`, { toldMs, javaScriptMs, answeredMs, reused: attempt.reused === true });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  probe.close();
  expect(stalls.made).toBeGreaterThan(0);
  return seen;
}

/** The upstream's clock less ours, by the two readings that nothing came between. */
function clocksApartMs(): number {
  let [closestMs, apartMs] = [Number.POSITIVE_INFINITY, 0];
  for (let reading = 0; reading < CLOCK_READINGS; reading += 1) {
    const beforeMs = performance.now();
    const theirsMs = Number(process.hrtime.bigint()) / 1e6;
    const afterMs = performance.now();
    if (afterMs - beforeMs >= closestMs) continue;
    closestMs = afterMs - beforeMs;
    apartMs = theirsMs - (beforeMs + afterMs) / 2;
  }
  return apartMs;
}

/** Below zero where told too early, above where told too late, ms. */
function errorMs(toldMs: number, { beforeMs, afterMs }: Note): number {
  if (toldMs < beforeMs) return toldMs - beforeMs;
  return Math.max(0, toldMs - afterMs);
}

function spread(errors: readonly number[]): Record<'least' | 'p50' | 'p99' | 'most', number> {
  const sorted = errors.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { least: at(0), p50: at(0.5), p99: at(0.99), most: at(1) };
}

function row(name: string, errors: readonly number[]): string {
  const { least, p50, p99, most } = spread(errors);
  const cells = [least, p50, p99, most].map((ms) => ms.toFixed(3).padStart(8));
  return `[figure] ${name.padEnd(26)} ${cells.join(' ')}`;
}

describe.skipIf(library === undefined)(
  'the first byte of an answer, with the event loop stalled',
  () => {
    let upstream: Upstream;
    const aheadMs = clocksApartMs();
    const lines = [`[figure] error of the first byte, ms    least      p50      p99     most`];

    beforeAll(async () => {
      upstream = await startServer();
    });

    afterAll(() => {
      upstream.stop();
      process.stdout.write(`\n${lines.join('\n')}\n`);
    });

    /** What was seen of each call, beside what the upstream wrote down of it. */
    async function callsOf({
      origin,
      query = '',
    }: Case): Promise<readonly (readonly [Seen, Note])[]> {
      const random = new SeededRandom();
      const seen = await run(origin, (id) => {
        const [wait, body] = [random.float() * SERVER_MS_MOST, random.float() * BODY_MS_MOST];
        return `/${id}?wait=${wait.toFixed(1)}&body=${body.toFixed(1)}${query}`;
      });
      const asked = await fetch(`http://127.0.0.1:${upstream.ports.http}/notes`);
      const notes: Readonly<Record<string, Note>> = JSON.parse(await asked.text());
      return [...seen].map(([id, one]) => [one, shifted(notes[id], -aheadMs)]);
    }

    test.each([
      ['plain TCP', 'http', '127.0.0.1'],
      ['TLS', 'https', 'localhost'],
    ] as const)(
      'is told within 2 ms in 99 of 100 calls on %s, and never too early',
      { timeout: TIMEOUT_MS },
      async (name, scheme, host) => {
        const origin = `${scheme}://${host}:${upstream.ports[scheme]}`;
        let p99 = Number.POSITIVE_INFINITY;
        let starved = 1;
        // With no core for the thread that looks, nobody saw when bytes came: such a run says nothing.
        for (let made = 0; p99 >= ERROR_P99_MS_MOST && made < RUNS && starved > STARVED_FROM;) {
          const cores = await CoreWait.begin();
          const calls = (await callsOf({ origin })).filter(([seen]) => seen.reused);
          const told = calls.map(([{ toldMs }, note]) => errorMs(toldMs, note));
          const heard = calls.map(([{ javaScriptMs }, note]) => errorMs(javaScriptMs, note));
          lines.push(row(`${name}, as told`, told), row(`${name}, by JavaScript`, heard));
          expect(calls.length).toBeGreaterThanOrEqual(CALLS - CONNECTIONS);
          expect(spread(told).least).toBeGreaterThan(-EARLY_MS_MOST);
          p99 = spread(told).p99;
          starved = await cores.share();
          made += 1;
        }
        expect(p99).toBeLessThan(ERROR_P99_MS_MOST);
      },
    );

    test('is never that of a session ticket', { timeout: TIMEOUT_MS }, async () => {
      const origin = `https://localhost:${upstream.ports.https}`;
      const calls = await callsOf({ origin, query: '&close' });
      const early = calls.map(
        ([{ answeredMs }, { receivedMs, beforeMs }]) => answeredMs - (beforeMs - receivedMs),
      );
      expect(calls.every(([{ reused }]) => !reused)).toBe(true);
      expect(spread(early).least).toBeGreaterThan(-EARLY_MS_MOST);
    });
  },
);

function shifted(note: Note | undefined, byMs: number): Note {
  if (note === undefined) throw new Error('the upstream did not see a call');
  const { receivedMs, beforeMs, afterMs } = note;
  return {
    receivedMs: receivedMs + byMs,
    beforeMs: beforeMs + byMs,
    afterMs: afterMs + byMs,
  };
}
