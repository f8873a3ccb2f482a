import { hash, randomBytes, randomUUID } from 'node:crypto';

import type { AuditEvent, CallRecord } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';

const EVENTS = 2000;
const CONNECTIONS = 64;
/** Makes the line of a quarantined record 1 KB long, closed. */
const PADDING = 170;

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Calls that differ as real ones do: a compressor finds no more in them than in a real trail. */
export function benchCalls(): readonly AuditEvent[] {
  return Array.from({ length: EVENTS }, (_, offset) => ({ kind: 'call', call: benchCall(offset) }));
}

/** Events of 1 KB. */
export function benchQuarantines(): readonly AuditEvent[] {
  return Array.from({ length: EVENTS }, (_, offset) => {
    const { timestampMs, context } = benchCall(offset);
    return {
      kind: 'quarantine',
      timestampMs,
      context,
      reason: 'rejected',
      tries: 1,
      errorCode: 'UPSTREAM_REJECTED',
      errorMessage: hash('sha512', String(offset)).padEnd(PADDING, '.'),
      deadLetter: { topic: 'netscope.dead-letter', partition: 0, offset },
    };
  });
}

function benchCall(offset: number): CallRecord {
  const call = sampleCall({
    offset,
    traceId: hex(16),
    requestId: randomUUID(),
    latencyMs: Math.random() * 100,
    timestampMs: 1_771_578_000_123 + offset / 14,
  });
  const { context, request, result } = call;
  return {
    ...call,
    context: {
      ...context,
      spanId: hex(8),
      idempotencyKey: hex(32),
      source: { ...context.source, keySha256: hex(32) },
    },
    request: {
      ...request,
      targetSha256: hex(32),
      payload: { sha256: hex(32), bytes: 500 + (offset % 13) },
    },
    result: {
      ...result,
      attempts: result.attempts.map((attempt) => ({
        ...attempt,
        totalMs: Math.random() * 100,
        connection: String(offset % CONNECTIONS),
        phasesMs: {
          queue: Math.random(),
          write: Math.random(),
          wait: Math.random() * 100,
          download: Math.random(),
          unaccounted: Math.random() / 10,
        },
      })),
    },
  };
}
