import {
  type AttemptStamps,
  type ConnectionTrace,
  NetworkProbe,
  phasesOf,
} from '@netscope/network-probe';
import { ManualClock } from '@netscope/test-support';
import { assert, double, option, property, record, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';

const answered: AttemptStamps = {
  dispatchedAtMs: 100,
  startedAtMs: 103,
  writtenAtMs: 104,
  firstByteAtMs: 124,
  stoppedAtMs: 130,
  endedAtMs: 130.5,
  opened: undefined,
};

interface Steps {
  readonly startedAtMs: number;
  readonly resolvedAtMs?: number;
  readonly connectedAtMs?: number;
  readonly securedAtMs?: number;
}

function connection(steps: Steps): ConnectionTrace {
  const trace = new NetworkProbe(new ManualClock(steps.startedAtMs)).connecting();
  trace.resolvedAtMs = steps.resolvedAtMs;
  trace.connectedAtMs = steps.connectedAtMs;
  trace.securedAtMs = steps.securedAtMs;
  trace.isSecure = steps.securedAtMs !== undefined;
  return trace;
}

describe('phases', () => {
  test('on a reused connection are queue, write, wait and download', () => {
    expect(phasesOf(answered)).toEqual({
      phases: { queue: 3, write: 1, wait: 20, download: 6, unaccounted: 0.5 },
      totalMs: 30.5,
    });
  });

  test('on a new connection its steps are not counted as queue as well', () => {
    const opened = connection({
      startedAtMs: 101,
      resolvedAtMs: 103,
      connectedAtMs: 106,
      securedAtMs: 112,
    });
    const stamps = { ...answered, startedAtMs: 113, writtenAtMs: 114, opened };
    expect(phasesOf(stamps).phases).toEqual({
      queue: 1,
      dns: 2,
      tcp: 3,
      tls: 6,
      write: 1,
      wait: 10,
      download: 6,
      unaccounted: 1.5,
    });
  });

  test('of a connection begun before the attempt belong to it only from its dispatch on', () => {
    const opened = connection({ startedAtMs: 90, resolvedAtMs: 95, connectedAtMs: 102 });
    const { phases } = phasesOf({ ...answered, opened });
    expect(phases).toMatchObject({ tcp: 2, unaccounted: 1.5 });
    expect(phases).not.toHaveProperty('dns');
    expect(phases).not.toHaveProperty('queue');
  });

  test('of a connection that was ready before the attempt are absent', () => {
    const opened = connection({ startedAtMs: 80, connectedAtMs: 90 });
    expect(phasesOf({ ...answered, opened })).toEqual(phasesOf(answered));
  });

  test('of a name that was never resolved end in dns', () => {
    const stamps = {
      ...answered,
      startedAtMs: undefined,
      writtenAtMs: undefined,
      firstByteAtMs: undefined,
      opened: connection({ startedAtMs: 100 }),
    };
    expect(phasesOf(stamps)).toEqual({ phases: { dns: 30, unaccounted: 0.5 }, totalMs: 30.5 });
  });

  test('of a timeout stop when it was due: our own lateness is unaccounted', () => {
    const stamps = { ...answered, firstByteAtMs: undefined, stoppedAtMs: 114, endedAtMs: 144 };
    expect(phasesOf(stamps).phases).toEqual({ queue: 3, write: 1, wait: 10, unaccounted: 30 });
  });

  test('of an answer that came before the request was written end its write, and have no wait', () => {
    const early = { ...answered, writtenAtMs: undefined };
    for (const opened of [undefined, connection({ startedAtMs: 100, connectedAtMs: 102 })]) {
      const { phases } = phasesOf({ ...early, opened });
      expect(phases).toMatchObject({ write: 21, download: 6 });
      expect(phases).not.toHaveProperty('wait');
    }
  });

  test('of a timeout that was due before the request was written have no wait', () => {
    const unwaited = { ...answered, firstByteAtMs: undefined };
    for (const opened of [undefined, connection({ startedAtMs: 100, connectedAtMs: 102 })]) {
      const phases = { ...(opened === undefined ? { queue: 3 } : { tcp: 2 }), write: 1 };
      for (const stoppedAtMs of [104, 103.5]) {
        const { phases: found, totalMs } = phasesOf({ ...unwaited, opened, stoppedAtMs });
        expect(found).toEqual({
          ...phases,
          unaccounted: totalMs - 4 + (opened === undefined ? 0 : 1),
        });
      }
      const { phases: found } = phasesOf({ ...unwaited, opened, stoppedAtMs: 104.0004 });
      expect(found.wait).toBe(0);
    }
  });

  test('and the remainder sum to the total, to the microsecond, whatever the stamps', () => {
    const at = double({ min: 0, max: 2000, noNaN: true });
    const maybe = option(at, { nil: undefined });
    const stamps = record({
      dispatchedAtMs: at,
      startedAtMs: maybe,
      writtenAtMs: maybe,
      firstByteAtMs: maybe,
      stoppedAtMs: at,
      endedAtMs: at,
    });
    const steps = option(tuple(at, maybe, maybe, maybe), { nil: undefined });
    const cases = property(stamps, steps, (some, made) => {
      const opened = made === undefined ? undefined : traceOf(made);
      const { phases, totalMs } = phasesOf({ ...some, opened });
      const parts = Object.values(phases);
      const sumUs = parts.reduce((sum, part) => sum + Math.round(part * 1000), 0);
      expect(sumUs).toBe(Math.round(totalMs * 1000));
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      expect(totalMs).toBeCloseTo(Math.max(0, some.endedAtMs - some.dispatchedAtMs), 2);
    });
    assert(cases, { numRuns: 2000 });
  });
});

type Made = readonly [number, number | undefined, number | undefined, number | undefined];

function traceOf([startedAtMs, resolvedAtMs, connectedAtMs, securedAtMs]: Made): ConnectionTrace {
  return connection({
    startedAtMs,
    ...(resolvedAtMs === undefined ? {} : { resolvedAtMs }),
    ...(connectedAtMs === undefined ? {} : { connectedAtMs }),
    ...(securedAtMs === undefined ? {} : { securedAtMs }),
  });
}
