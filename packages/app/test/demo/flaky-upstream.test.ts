import { request } from 'node:http';

import type { Timers } from '@netscope/domain';
import { ManualClock, SeededRandom } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { FlakyUpstream, ROUND_MS } from '../../src/demo/flaky-upstream.ts';

/** Instants of a round, ms, and what a caller meets there. */
const ROUND = [
  [0, 'well'],
  [2499, 'well'],
  [2500, 'slow'],
  [3999, 'slow'],
  [4000, 'unavailable'],
  [4999, 'unavailable'],
  [5000, 'resetting'],
  [5999, 'resetting'],
  [6000, 'well'],
  [9999, 'well'],
] as const;

/** An answer held back for less than this is a quick one. */
const QUICK_MS = 30;
const ASKED = 400;
const SLOW_MS = { least: 120, most: 380 };

test('is well, slow, unavailable, resetting and well again in each round of ten seconds', async () => {
  await using stage = await Stage.open();
  const seen: string[] = [];
  for (const round of [0, 1, 2]) {
    for (const [atMs] of ROUND)
      seen.push(await stage.moodAt(round * ROUND_MS + atMs, '/v1/orders/7'));
  }
  const meant = ROUND.map(([, mood]) => mood);
  expect(ROUND_MS).toBe(10_000);
  expect(seen).toEqual([...meant, ...meant, ...meant]);
});

test('is well at every instant under /steady', async () => {
  await using stage = await Stage.open();
  const seen: string[] = [];
  for (const [atMs] of ROUND) seen.push(await stage.moodAt(atMs, '/steady/receipts/7'));
  expect(new Set(seen)).toEqual(new Set(['well']));
});

test('refuses about one in a hundred for good, so that dead letters are seen', async () => {
  await using stage = await Stage.open();
  const statuses: (number | string)[] = [];
  for (let count = 0; count < ASKED; count += 1) {
    statuses.push((await stage.ask(0, '/v1/orders/7')).status);
  }
  const refused = statuses.filter((status) => status === 422).length;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(ASKED * 0.04);
  expect(statuses.filter((status) => status === 202)).toHaveLength(ASKED - refused);
});

interface Reply {
  /** Of the answer, or what the error says that came in its place. */
  readonly status: number | string;
  /** How long the answer was held back. */
  readonly delayMs: number | undefined;
}

/** The upstream on a clock that moves when told to, and a client of it. */
class Stage implements AsyncDisposable {
  readonly #clock = new ManualClock();
  readonly #startMs = this.#clock.monotonicMs();
  readonly #upstream: FlakyUpstream;
  #origin = '';
  #delayMs: number | undefined;

  private constructor() {
    // An answer is sent at once, and how long it would have been held back is noted.
    const timers: Timers = {
      set: (callback, delayMs) => this.#clock.set(callback, delayMs),
      background: (callback, delayMs) => {
        this.#delayMs = delayMs;
        callback();
        return {};
      },
      clear: (handle) => this.#clock.clear(handle),
    };
    this.#upstream = new FlakyUpstream({ clock: this.#clock, timers, random: new SeededRandom(7) });
  }

  static async open(): Promise<Stage> {
    const stage = new Stage();
    stage.#origin = await stage.#upstream.listen();
    return stage;
  }

  async moodAt(atMs: number, path: string): Promise<string> {
    const { status, delayMs } = await this.ask(atMs, path);
    // A connection that is closed without a reset says "socket hang up".
    if (String(status).includes('ECONNRESET')) return 'resetting';
    if (status === 503 && delayMs === undefined) return 'unavailable';
    if (delayMs === undefined || (status !== 202 && status !== 422)) return String(status);
    if (delayMs <= QUICK_MS) return 'well';
    const isSlow = delayMs >= SLOW_MS.least && delayMs <= SLOW_MS.most;
    return isSlow ? 'slow' : `held back for ${delayMs} ms`;
  }

  /** Asks once the clock has come to `atMs` after the start. */
  async ask(atMs: number, path: string): Promise<Reply> {
    this.#clock.advance(this.#startMs + atMs - this.#clock.monotonicMs());
    this.#delayMs = undefined;
    const status = await new Promise<number | string>((resolve) => {
      const call = request(`${this.#origin}${path}`, { method: 'POST' }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      call.once('error', ({ message }) => resolve(message));
      call.end('{}');
    });
    return { status, delayMs: this.#delayMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upstream[Symbol.asyncDispose]();
  }
}
