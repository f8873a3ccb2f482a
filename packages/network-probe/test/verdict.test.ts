import type { PhasesMs, SocketFacts } from '@netscope/domain';
import {
  type AttemptEvidence,
  CallShares,
  latenessMs,
  NetworkProbe,
} from '@netscope/network-probe';
import { ManualClock } from '@netscope/test-support';
import { assert, double, option, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { SLOT, SOCKET_FIELDS, type SocketLook } from '../src/native/socket-slots.ts';

interface Change extends Partial<AttemptEvidence> {
  readonly phases: PhasesMs;
}

function traceOf(change: object = {}): AttemptEvidence['connection'] {
  return Object.assign(new NetworkProbe(new ManualClock()).connecting(), {
    isOnLink: true,
    connectRttUs: 1000,
    ...change,
  });
}

function lookOf(values: Partial<Record<keyof typeof SLOT, number>>): SocketLook {
  const look = new Float64Array(SOCKET_FIELDS.length);
  for (const name of SOCKET_FIELDS) look[SLOT[name]] = values[name] ?? 0;
  return look;
}

function judge(
  changes: readonly Change[],
  path: 'auto' | 'direct' | 'proxied' = 'auto',
): ReturnType<CallShares['verdict']> {
  const shares = new CallShares();
  for (const change of changes) {
    shares.add(
      {
        totalMs: Object.values(change.phases).reduce((sum, part) => sum + part, 0),
        connection: traceOf(),
        opened: false,
        socket: { minRttUs: 1000, retransmits: 0, busyUs: 0, receiverLimitedUs: 0 },
        after: lookOf({ sendMss: 1460 }),
        bytesSent: 500,
        ...change,
      },
      path,
    );
  }
  return shares.verdict();
}

const sent = (
  phases: Omit<PhasesMs, 'unaccounted'>,
  socket: SocketFacts,
  bytesSent = 500,
): Change => ({
  phases: { ...phases, unaccounted: 0 },
  socket: { minRttUs: 1000, ...socket },
  bytesSent,
});

describe('the verdict', () => {
  test('gives a slow handler its time without the round trip', () => {
    expect(judge([sent({ queue: 0.5, write: 0.5, wait: 83, download: 0.5 }, {})])).toEqual({
      party: 'upstream',
      path: 'direct',
      networkMs: 1,
      upstreamMs: 83,
      localMs: 0.5,
    });
  });

  test('gives a distant upstream to the network', () => {
    const far = { minRttUs: 100_000 };
    expect(judge([sent({ wait: 103, download: 0 }, far)])).toMatchObject({
      party: 'network',
      networkMs: 100,
      upstreamMs: 3,
    });
  });

  test('does not take a delayed acknowledgement of a small request for time on the way', () => {
    const slow = sent({ wait: 100 }, { busyUs: 44_000 });
    expect(judge([slow])).toMatchObject({ party: 'upstream', networkMs: 1 });
  });

  test('gives a large upload to whoever held it back', () => {
    const size = 5_000_000;
    const narrow = sent({ write: 500, wait: 500 }, { busyUs: 990_000 }, size);
    expect(judge([narrow])).toMatchObject({ party: 'network', networkMs: 990 });
    const slowReader = { busyUs: 990_000, receiverLimitedUs: 980_000 };
    const held = sent({ write: 500, wait: 500 }, slowReader, size);
    expect(judge([held])).toMatchObject({ party: 'upstream', networkMs: 10, upstreamMs: 990 });
  });

  test('gives the time of what was sent again to the network', () => {
    const lost = sent({ wait: 210 }, { busyUs: 204_000, retransmits: 1 });
    expect(judge([lost])).toMatchObject({ party: 'network', networkMs: 204 });
  });

  test('gives an answer whose acknowledgement never came, and so was lost, to the network', () => {
    const lost = sent({ wait: 281 }, { minRttUs: 22_000, busyUs: 280_000, retransmits: 0 });
    expect(judge([lost])).toMatchObject({ party: 'network', networkMs: 280 });
    const held = sent({ wait: 281 }, { minRttUs: 22_000, busyUs: 200_000, retransmits: 0 });
    expect(judge([held])).toMatchObject({ party: 'upstream', networkMs: 22 });
  });

  test('gives a slow body to the upstream', () => {
    const phases = { wait: 2, download: 300, unaccounted: 0 };
    expect(judge([{ phases }])).toMatchObject({ party: 'upstream', upstreamMs: 301 });
  });

  test('gives a slow TLS handshake to the upstream without its round trips', () => {
    const connection = traceOf({ tls: { version: 'TLSv1.3' }, securedLateMs: 0 });
    const phases = { tcp: 1, tls: 80, wait: 2, unaccounted: 0 };
    expect(judge([{ phases, connection, opened: true }])).toMatchObject({
      party: 'upstream',
      networkMs: 3,
      upstreamMs: 80,
    });
  });

  test('gives the wait for our thread pool during a lookup to us', () => {
    const connection = traceOf({ isPoolTimed: true, poolWaitMs: 90 });
    const phases = { dns: 95, tcp: 1, wait: 2, unaccounted: 0 };
    expect(judge([{ phases, connection, opened: true }])).toMatchObject({
      party: 'local',
      localMs: 90,
      networkMs: 7,
    });
  });

  test('gives a handshake that we heard of late to us, but not one whose SYN was lost', () => {
    const phases = { tcp: 60, wait: 2, unaccounted: 0 };
    expect(judge([{ phases, opened: true }])).toMatchObject({ party: 'local', localMs: 59 });
    const connection = traceOf({ connectRetransmits: 1 });
    expect(judge([{ phases, connection, opened: true }])).toMatchObject({ party: 'network' });
  });

  test('gives our queue and our lateness to us', () => {
    const phases = { queue: 30, wait: 10, unaccounted: 5 };
    expect(judge([{ phases }])).toMatchObject({ party: 'local', localMs: 35, upstreamMs: 9 });
  });

  test('adds up over attempts', () => {
    const attempts = [
      sent({ queue: 8, wait: 4 }, {}),
      { phases: { queue: 0, wait: 4, unaccounted: 1 } },
    ];
    expect(judge(attempts)).toEqual({
      party: 'local',
      path: 'direct',
      networkMs: 2,
      upstreamMs: 6,
      localMs: 9,
    });
  });

  test('is none where no attempt began', () => {
    expect(judge([])).toBeUndefined();
  });

  test('has parts that sum to the time of the attempts', () => {
    const ms = double({ min: 0, max: 5000, noNaN: true });
    const phases = record({
      queue: option(ms, { nil: 0 }),
      tcp: option(ms, { nil: 0 }),
      tls: option(ms, { nil: 0 }),
      write: ms,
      wait: ms,
      download: ms,
      unaccounted: ms,
    });
    const socket = record({ minRttUs: ms, retransmits: ms, busyUs: ms, receiverLimitedUs: ms });
    assert(
      property(phases, socket, (parts, facts) => {
        const verdict = judge([{ phases: parts, socket: facts, opened: true }], 'direct');
        const { networkMs = 0, upstreamMs = 0, localMs = 0 } = verdict ?? {};
        const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
        expect(networkMs + upstreamMs + localMs).toBeCloseTo(total, 2);
      }),
    );
  });
});

describe('the verdict where the kernel sees a first hop or nothing', () => {
  const attempt: Change = { phases: { queue: 1, wait: 10, unaccounted: 0 } };

  test('names no network behind a proxy', () => {
    expect(judge([attempt], 'proxied')).toEqual({
      party: 'upstream_or_beyond',
      path: 'proxied',
      networkMs: undefined,
      upstreamMs: 10,
      localMs: 1,
    });
  });

  test('takes a routed address that answers like a neighbour for a proxied one', () => {
    const connection = traceOf({ isOnLink: false });
    const near = { ...attempt, connection, socket: { minRttUs: 40 } };
    expect(judge([near])).toMatchObject({ party: 'upstream_or_beyond', path: 'unknown' });
    expect(judge([near], 'direct')).toMatchObject({ party: 'upstream', path: 'direct' });
    const far = { ...attempt, connection, socket: { minRttUs: 400 } };
    expect(judge([far])).toMatchObject({ party: 'upstream', path: 'direct' });
  });

  test('still tells our own time', () => {
    const queued: Change = {
      phases: { queue: 30, wait: 10, unaccounted: 5 },
      connection: traceOf({ connectRttUs: undefined }),
      socket: undefined,
    };
    expect(judge([queued])).toMatchObject({ party: 'local', path: 'unknown', localMs: 35 });
  });

  test('blames nobody for a connection that never came to be', () => {
    const connection = traceOf({ connectRttUs: undefined });
    const silent: Change = {
      phases: { tcp: 200, unaccounted: 0 },
      connection,
      opened: true,
      socket: undefined,
    };
    expect(judge([silent])).toMatchObject({ party: 'upstream_or_beyond', networkMs: undefined });
  });
});

describe('our own lateness', () => {
  const before = lookOf({ bytesReceived: 100 });

  test('is how long the last bytes lay unread, less a jiffy', () => {
    const after = lookOf({ bytesReceived: 300, lastDataReceivedMs: 30 });
    expect(latenessMs(before, after)).toBe(26);
  });

  test('is none within a jiffy, where nothing came, or where the kernel does not tell', () => {
    expect(latenessMs(before, lookOf({ bytesReceived: 300, lastDataReceivedMs: 4 }))).toBe(0);
    expect(latenessMs(before, lookOf({ bytesReceived: 100, lastDataReceivedMs: 900 }))).toBe(0);
    const old = lookOf({ bytesReceived: Number.NaN, lastDataReceivedMs: 900 });
    expect(latenessMs(before, old)).toBe(0);
    expect(latenessMs(undefined, undefined)).toBe(0);
  });
});
