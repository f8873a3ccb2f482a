import { ManualClock } from '@netscope/test-support';
import { beforeEach, expect, test } from 'vitest';

import { tellIfSlow } from '../../src/cli/tell-if-slow.ts';

let timers: ManualClock;
let told: string[];

beforeEach(() => {
  timers = new ManualClock();
  told = [];
});

const output = { note: (line: string) => void told.push(line) };

test('what takes longer than a second is told once, while it lasts', async () => {
  const work = Promise.withResolvers<number>();
  const answer = tellIfSlow({ timers, output }, 'reading', () => work.promise);
  timers.advance(999);
  expect(told).toEqual([]);
  timers.advance(60_000);
  expect(told).toEqual(['reading']);
  work.resolve(7);
  expect(await answer).toBe(7);
});

test('of what ends within a second, well or not, nothing is told', async () => {
  expect(await tellIfSlow({ timers, output }, 'reading', async () => 7)).toBe(7);
  const failing = async (): Promise<never> => {
    throw new Error('no');
  };
  await expect(tellIfSlow({ timers, output }, 'reading', failing)).rejects.toThrow('no');
  timers.advance(60_000);
  expect(told).toEqual([]);
});
