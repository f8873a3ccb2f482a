import { array, assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type CallSample, LiveSeries, shownPoints } from '../../../src/page/model/live-series.ts';

const START_MS = 1_000_000;

function sample(atMs: number, latencyMs = 10, delivered = true): CallSample {
  return { atMs, latencyMs, delivered };
}

describe('the live series', () => {
  test('tells rate, failures and percentiles of a bucket that was heard from end to end', () => {
    const series = new LiveSeries(2_000, 5);
    series.listenFrom(START_MS);
    for (let index = 1; index <= 100; index += 1) {
      series.add(sample(START_MS + index, index, index > 10));
    }
    series.heard(START_MS + 2_000);
    expect(series.points(START_MS + 2_000).at(-1)).toEqual({
      atMs: START_MS,
      callsPerSecond: 50,
      errorsPerSecond: 5,
      errorShare: 0.1,
      p50: 50,
      p95: 95,
      p99: 99,
    });
  });

  test('shows silence as zero where it listened, and as a gap where it did not', () => {
    const series = new LiveSeries(2_000, 3);
    series.listenFrom(START_MS + 2_000);
    series.heard(START_MS + 6_000);
    const rates = series.points(START_MS + 6_000).map((point) => point?.callsPerSecond);
    expect(rates).toEqual([undefined, 0, 0]);
  });

  test('leaves out a bucket that it heard only in part', () => {
    const series = new LiveSeries(2_000, 3);
    series.listenFrom(START_MS + 500);
    series.add(sample(START_MS + 600));
    series.heard(START_MS + 2_000);
    expect(series.points(START_MS + 2_000).at(-1)).toBeUndefined();
  });

  test('makes a gap of what was missed', () => {
    const series = new LiveSeries(2_000, 4);
    series.listenFrom(START_MS);
    series.heard(START_MS + 4_000);
    series.missed(START_MS + 2_500, START_MS + 4_100);
    series.heard(START_MS + 8_000);
    const rates = series.points(START_MS + 8_000).map((point) => point?.callsPerSecond);
    expect(rates).toEqual([0, undefined, undefined, 0]);
  });

  test('takes in calls that come late and out of order', () => {
    const series = new LiveSeries(2_000, 3);
    series.listenFrom(START_MS);
    series.add(sample(START_MS + 3_000));
    series.heard(START_MS + 4_000);
    expect(series.points(START_MS + 4_000).at(-2)?.callsPerSecond).toBe(0);
    series.add(sample(START_MS + 1_000));
    expect(series.points(START_MS + 4_000).at(-2)?.callsPerSecond).toBe(0.5);
  });

  test('counts every call of the time that it covers exactly once', () => {
    assert(
      property(array(integer({ min: 0, max: 9_999 })), (offsets) => {
        const series = new LiveSeries(2_000, 5);
        series.listenFrom(START_MS);
        for (const offset of offsets) series.add(sample(START_MS + offset));
        series.heard(START_MS + 10_000);
        const points = series.points(START_MS + 10_000);
        const total = points.reduce((sum, point) => sum + (point?.callsPerSecond ?? 0) * 2, 0);
        expect(total).toBe(offsets.length);
      }),
    );
  });
});

describe('the stretch a chart shows', () => {
  const series = (known: number): ReturnType<LiveSeries['points']> => {
    const live = new LiveSeries(2_000, 150);
    live.listenFrom(START_MS);
    live.heard(START_MS + known * 2_000);
    return live.points(START_MS + known * 2_000);
  };

  test.each([
    [0, 30],
    [30, 30],
    [31, 60],
    [61, 150],
    [150, 150],
  ])('with %d known points is %d points long', (known, shown) => {
    expect(shownPoints(series(known))).toBe(shown);
  });
});
