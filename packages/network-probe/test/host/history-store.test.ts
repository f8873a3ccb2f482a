import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import type { HistoryAnswer } from '@netscope/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HistoryStore } from '../../src/host/history-store.ts';

/** A whole minute. */
const START_MS = 1_771_578_000_000;
const BYTES_MAX = 8 * 1024 * 1024;

let folder = '';
let file = '';
let store: HistoryStore | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'netscope-history-'));
  file = path.join(folder, 'history.sqlite');
});

afterEach(() => {
  store?.[Symbol.dispose]();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function open(bytesMax = BYTES_MAX): HistoryStore {
  store = HistoryStore.open({ file, bytesMax });
  return store;
}

function recordSeconds(history: HistoryStore, count: number, startMs = START_MS): void {
  for (let second = 0; second < count; second += 1) {
    history.record(startMs + second * 1000, [['load.load1', second]]);
  }
}

function series(answer: HistoryAnswer): Extract<HistoryAnswer, { kind: 'series' }> {
  if (answer.kind !== 'series') throw new Error(`not a series: ${answer.kind}`);
  return answer;
}

type Range = readonly [fromMs: number, toMs: number, nowMs?: number];

function ask(history: HistoryStore, ...[fromMs, toMs, nowMs = toMs]: Range) {
  return series(history.ask({ metric: 'load.load1', fromMs, toMs }, nowMs));
}

describe('the last hour', () => {
  it('is told second by second, the end left out', () => {
    const history = open();
    recordSeconds(history, 60);
    const { stepMs, points } = ask(
      history,
      START_MS + 10_000,
      START_MS + 13_000,
      START_MS + 60_000,
    );
    expect(stepMs).toBe(1000);
    expect(points.map(({ atMs, mean }) => [atMs - START_MS, mean])).toEqual([
      [10_000, 10],
      [11_000, 11],
      [12_000, 12],
    ]);
  });

  it('is told in at most a thousand points that keep the lowest and the highest', () => {
    const history = open();
    recordSeconds(history, 3600);
    const { stepMs, points } = ask(history, START_MS, START_MS + 3_600_000);
    expect(stepMs).toBe(4000);
    expect(points).toHaveLength(900);
    expect(points[1]).toEqual({ atMs: START_MS + 4000, min: 4, max: 7, mean: 5.5 });
  });
});

describe('longer ranges', () => {
  it('come from rows of 10 s and of 60 s with min, max and mean, up to the last second', () => {
    const history = open();
    recordSeconds(history, 7265);
    const endMs = START_MS + 7_265_000;
    const day = ask(history, START_MS, endMs);
    expect(day.stepMs).toBe(10_000);
    expect(day.points[1]).toEqual({ atMs: START_MS + 10_000, min: 10, max: 19, mean: 14.5 });
    expect(day.points.at(-1)).toEqual({ atMs: endMs - 5000, min: 7260, max: 7264, mean: 7262 });
    const month = ask(history, START_MS - 86_400_000, endMs, endMs);
    expect(month.stepMs).toBe(120_000);
    expect(month.points[0]).toEqual({ atMs: START_MS, min: 0, max: 119, mean: 59.5 });
    expect(month.points.at(-1)).toMatchObject({ max: 7264 });
  });

  it('have no point where nothing was recorded', () => {
    const history = open();
    recordSeconds(history, 10);
    recordSeconds(history, 10, START_MS + 600_000);
    const { points } = ask(history, START_MS, START_MS + 610_000);
    expect(points).toHaveLength(20);
  });

  it('are kept as long as was promised and no longer', () => {
    const history = open();
    recordSeconds(history, 120);
    const dayMs = 86_400_000;
    recordSeconds(history, 2, START_MS + 2 * dayMs);
    const nowMs = START_MS + 2 * dayMs + 2000;
    expect(ask(history, START_MS, START_MS + 120_000, nowMs).points[0]?.max).toBe(59);
    recordSeconds(history, 2, START_MS + 31 * dayMs);
    expect(ask(history, START_MS, START_MS + 120_000, nowMs + 31 * dayMs).points).toEqual([]);
  });
});

it('names the metrics that there are where it is asked for another', () => {
  const history = open();
  history.record(START_MS, [
    ['load.load1', 1],
    ['cpu.usage_percent', 2],
  ]);
  const answer = history.ask({ metric: 'constructor', fromMs: 0, toMs: START_MS }, START_MS);
  expect(answer).toEqual({
    kind: 'unknown_metric',
    metrics: ['cpu.usage_percent', 'load.load1'],
  });
});

it('goes on where it was after it was closed, and rolls up what was left over', () => {
  recordSeconds(open(), 65);
  store?.[Symbol.dispose]();
  const history = open();
  recordSeconds(history, 60, START_MS + 65_000);
  const { points } = ask(history, START_MS - 86_400_000, START_MS + 125_000);
  expect(points.map(({ min, max }) => [min, max])).toEqual([
    [0, 64],
    [55, 59],
  ]);
});

it('has what was recorded before the process was killed', () => {
  const script = `
    import { HistoryStore } from ${JSON.stringify(new URL('../../src/host/history-store.ts', import.meta.url).href)};
    const history = HistoryStore.open({ file: ${JSON.stringify(file)}, bytesMax: ${BYTES_MAX} });
    for (let second = 0; second < 95; second += 1) {
      history.record(${START_MS} + second * 1000, [['load.load1', second]]);
    }
    process.kill(process.pid, 'SIGKILL');
  `;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  expect(signal).toBe('SIGKILL');
  const { points } = ask(open(), START_MS, START_MS + 100_000);
  expect(points).toHaveLength(95);
  expect(points.at(-1)?.mean).toBe(94);
});

it('gives up its oldest rows where it would grow past its bound', () => {
  const bytesMax = 256 * 1024;
  const history = open(bytesMax);
  const values = Array.from({ length: 50 }, (_, index) => [`disks.d${index}.x`, index] as const);
  for (let second = 0; second < 1000; second += 1) {
    history.record(START_MS + second * 1000, values);
  }
  expect(statSync(file).size).toBeLessThanOrEqual(bytesMax);
  const question = { metric: 'disks.d7.x', fromMs: START_MS, toMs: START_MS + 1_000_000 };
  const { points } = series(history.ask(question, START_MS + 1_000_000));
  expect(points.at(-1)?.atMs).toBe(START_MS + 999_000);
  expect(points[0]?.atMs).toBeGreaterThan(START_MS);
});

it('sets a file aside that is no database any more', () => {
  writeFileSync(file, 'not a database, and long enough to be looked at'.repeat(100));
  recordSeconds(open(), 3);
  expect(ask(open(), START_MS, START_MS + 3000).points).toHaveLength(3);
  expect(statSync(`${file}.corrupt`).size).toBeGreaterThan(0);
});

it('takes a clock that is set back, and forgets rows of a day that has not come', () => {
  const history = open();
  recordSeconds(history, 30, START_MS + 40 * 86_400_000);
  recordSeconds(history, 130);
  const { points } = ask(history, START_MS - 2 * 86_400_000, START_MS + 130_000);
  expect(points[0]).toMatchObject({ min: 0 });
  expect(ask(history, START_MS + 200_000, START_MS + 41 * 86_400_000).points).toEqual([]);
});
