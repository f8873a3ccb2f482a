import { AdaptiveLimit } from '@netscope/domain';
import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { drawCurves } from './draw.ts';
import { simulate, type Point, type Scenario } from './simulate.ts';

const BASE: Scenario = {
  title: 'steady: 16 servers, 20 ms each',
  seed: 7,
  seconds: 120,
  max: 1000,
  servers: 16,
  spread: 0.3,
  rttMs: () => 2,
  serviceMs: () => 20,
};
const SCENARIOS = {
  steady: BASE,
  jitter: { ...BASE, title: 'jitter: service times that scatter widely', spread: 0.8 },
  far: {
    ...BASE,
    title: 'far: 150 ms away, 8 servers, 10 ms each',
    servers: 8,
    serviceMs: () => 10,
    rttMs: () => 150,
  },
  step: {
    ...BASE,
    title: 'step: 10 to 200 ms and back',
    seconds: 180,
    serviceMs: (second) => (second < 60 || second >= 120 ? 10 : 200),
  },
  drift: {
    ...BASE,
    title: 'drift: 10 to 60 ms in five minutes',
    seconds: 300,
    serviceMs: (second) => 10 + second / 6,
  },
  route: {
    ...BASE,
    title: 'route: the round trip goes from 5 to 80 ms',
    rttMs: (second) => (second < 60 ? 5 : 80),
  },
  outage: {
    ...BASE,
    title: 'outage: every call times out for 10 s',
    deadBetween: [50, 60],
  },
  many: { ...BASE, title: 'many: 200 servers', servers: 200, spread: 0.5 },
  single: { ...BASE, title: 'single: one server', servers: 1, spread: 0.5 },
  light: { ...BASE, title: 'light: an eighth of what it can do', offeredPerSecond: 100 },
} as const satisfies Record<string, Scenario>;

type Name = keyof typeof SCENARIOS;
const CURVES = new Map<Name, readonly Point[]>();

function curve(name: Name): readonly Point[] {
  const known = CURVES.get(name);
  if (known !== undefined) return known;
  const points = simulate(SCENARIOS[name]);
  CURVES.set(name, points);
  return points;
}

function between(name: Name, from: number, to: number): readonly Point[] {
  return curve(name).filter((point) => point.second > from && point.second <= to);
}

function mean(points: readonly Point[], value: (point: Point) => number): number {
  return points.reduce((sum, point) => sum + value(point), 0) / points.length;
}

const used = (point: Point): number => point.usedShare;
const toIdeal = (point: Point): number => point.limit / point.ideal;

describe('a limit that follows latency', () => {
  it.each(['steady', 'jitter', 'far', 'many'] as const)(
    "stays near Little's law and uses the servers: %s",
    (name) => {
      const settled = between(name, 30, 120);

      expect(mean(settled, used)).toBeGreaterThan(0.96);
      expect(mean(settled, toIdeal)).toBeGreaterThan(1);
      expect(mean(settled, toIdeal)).toBeLessThan(1.7);
    },
  );

  it('finds the one server behind a limit that began at 20', () => {
    const settled = between('single', 10, 120);

    expect(mean(settled, used)).toBeGreaterThan(0.85);
    expect(mean(settled, (point) => point.limit)).toBeLessThan(4);
  });

  it('does not collapse when answers take twenty times as long, nor run away when they stop to', () => {
    for (const [from, to] of [
      [75, 120],
      [135, 180],
    ] as const) {
      const settled = between('step', from, to);
      expect(mean(settled, used)).toBeGreaterThan(0.9);
      expect(Math.min(...settled.map(toIdeal))).toBeGreaterThan(0.45);
      expect(Math.max(...settled.map(toIdeal))).toBeLessThan(3);
    }
  });

  it('goes with a slow drift', () => {
    const settled = between('drift', 30, 300);

    expect(mean(settled, used)).toBeGreaterThan(0.95);
    expect(Math.max(...settled.map(toIdeal))).toBeLessThan(2);
  });

  it('takes a longer way for no queue', () => {
    const settled = between('route', 90, 120);

    expect(mean(settled, used)).toBeGreaterThan(0.95);
    expect(mean(settled, toIdeal)).toBeGreaterThan(1);
  });

  it('shrinks while calls time out and is back within 10 s', () => {
    expect(between('outage', 58, 60).at(-1)?.limit).toBeLessThan(15);
    expect(mean(between('outage', 70, 120), used)).toBeGreaterThan(0.95);
  });

  it('does not grow where it is not what holds calls back', () => {
    expect(Math.max(...curve('light').map((point) => point.limit))).toBeLessThanOrEqual(20);
  });

  it('is never below 1 nor above its maximum, whatever it hears', () => {
    assert(
      property(integer({ min: 1, max: 500 }), integer({ min: 0, max: 5000 }), (max, seed) => {
        const limit = new AdaptiveLimit({ max }, 0);
        let state = seed;
        for (let nowMs = 0; nowMs < 20_000; nowMs += 10) {
          state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
          const totalMs = state % 3000;
          const sample = { totalMs, networkMs: state % 700, inFlight: 1 + (state % max) };
          limit.hear({ ...sample, isDropped: state % 7 === 0 }, nowMs);
          if (limit.limit < 1 || limit.limit > max) throw new Error(`limit is ${limit.limit}`);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('draws the curves that the documents show', async () => {
    const curves = Object.values(SCENARIOS).map((scenario) => ({
      title: scenario.title,
      points: simulate(scenario),
    }));

    await expect(drawCurves(curves)).toMatchFileSnapshot(
      '../../../../../docs/reference/adaptive-concurrency.svg',
    );
  });
});
