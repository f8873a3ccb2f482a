import type { Attempt, PhasesMs } from '@netscope/domain';
import { judgeCall } from '@netscope/network-probe';
import { describe, expect, test } from 'vitest';

function attemptOf(phasesMs: PhasesMs): Attempt {
  const totalMs = Object.values(phasesMs).reduce((sum, part) => sum + part, 0);
  return {
    outcome: 'responded',
    status: 200,
    timeoutType: undefined,
    errorCode: undefined,
    startedAtMs: 0,
    totalMs,
    backoffMs: undefined,
    connection: 'c1',
    reused: true,
    localAddress: undefined,
    remoteAddress: undefined,
    phasesMs,
    socket: undefined,
    tls: undefined,
    bytesSent: 0,
    bytesReceived: 0,
  };
}

describe('the verdict without the kernel', () => {
  test('is local when our queue and lateness outweigh the rest', () => {
    const attempts = [attemptOf({ queue: 30, wait: 10, unaccounted: 5 })];
    expect(judgeCall({ attempts, path: 'auto' })).toEqual({
      party: 'local',
      path: 'unknown',
      networkMs: undefined,
      upstreamMs: 10,
      localMs: 35,
    });
  });

  test('is upstream or beyond otherwise, and never says network', () => {
    const attempts = [attemptOf({ queue: 1, wait: 10, unaccounted: 0 })];
    expect(judgeCall({ attempts, path: 'direct' })).toEqual({
      party: 'upstream_or_beyond',
      path: 'direct',
      networkMs: undefined,
      upstreamMs: 10,
      localMs: 1,
    });
  });

  test('adds up over attempts', () => {
    const attempts = [
      attemptOf({ queue: 5, wait: 4, unaccounted: 0 }),
      attemptOf({ queue: 0, tcp: 3, wait: 4, unaccounted: 1 }),
    ];
    expect(judgeCall({ attempts, path: 'proxied' })).toMatchObject({
      party: 'upstream_or_beyond',
      path: 'proxied',
      upstreamMs: 11,
      localMs: 6,
    });
  });

  test('is none where no attempt began', () => {
    expect(judgeCall({ attempts: [], path: 'auto' })).toBeUndefined();
  });
});
