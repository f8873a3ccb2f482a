import type { Attempt } from '@netscope/domain';
import { RecordingMetrics } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { ConnectionMetrics } from '../src/connection-metrics.ts';

const answered: Attempt = {
  outcome: 'responded',
  status: 200,
  timeoutType: undefined,
  errorCode: undefined,
  startedAtMs: 0,
  totalMs: 1,
  backoffMs: undefined,
  connection: '7',
  reused: true,
  localAddress: undefined,
  remoteAddress: undefined,
  phasesMs: { unaccounted: 1 },
  socket: { rttUs: 2000, minRttUs: 1500, retransmits: 3 },
  tls: undefined,
  bytesSent: 1,
  bytesReceived: 1,
};

describe('metrics of connections', () => {
  test('add up the segments that were sent again', () => {
    const recorder = new RecordingMetrics();
    const metrics = new ConnectionMetrics(recorder, 'partner');
    metrics.record(answered);
    metrics.record(answered);
    expect(recorder.total('connection_retransmits_total')).toBe(6);
    expect(recorder.observations.get('connection_rtt_seconds{upstream=partner}')).toEqual([
      0.002, 0.002,
    ]);
    expect(metrics.minRttSeconds).toBe(0.0015);
  });

  test('say nothing of an attempt that no connection carried', () => {
    const recorder = new RecordingMetrics();
    const metrics = new ConnectionMetrics(recorder, 'partner');
    metrics.record({ ...answered, reused: undefined, socket: undefined });
    expect(recorder.counts.size).toBe(0);
    expect(metrics.minRttSeconds).toBeUndefined();
  });

  test('count an opened connection where the kernel does not tell more', () => {
    const recorder = new RecordingMetrics();
    const metrics = new ConnectionMetrics(recorder, 'partner');
    metrics.record({ ...answered, reused: false, socket: undefined });
    expect(recorder.total('connection_opens_total')).toBe(1);
    expect(recorder.observations.size).toBe(0);
    expect(metrics.minRttSeconds).toBeUndefined();
  });
});
