import type { AuditEvent, ProcessAuditEvent } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { EventRoom } from '../src/event-room.ts';
import { SpoolAccount, SYSTEM_RESERVE_BYTES } from '../src/spool-account.ts';

const MIB = 1024 * 1024;
const FAILING_BYTES = 41 * MIB;

const base = { timestampMs: 0, traceId: 'a', spanId: 'b', severity: 'INFO' } as const;
const call: AuditEvent = { kind: 'call', call: sampleCall() };
const circuit: AuditEvent = {
  kind: 'circuit',
  upstream: 'partner',
  from: 'closed',
  to: 'open',
  reason: 'failures',
  ...base,
};
const said = (eventType: ProcessAuditEvent['eventType']): AuditEvent => ({
  kind: 'process',
  eventType,
  facts: {},
  ...base,
});

function roomOf(facts: {
  readonly leftBytes: number;
  readonly onFull?: 'pause' | 'drop';
  readonly reservations?: number;
  readonly unwrittenBytes?: number;
}): EventRoom {
  const { leftBytes, onFull = 'pause', reservations = 0, unwrittenBytes = 0 } = facts;
  const account = new SpoolAccount(MIB, 0);
  account.objectBytes = MIB - account.ballastBytes - leftBytes;
  for (let index = 0; index < reservations; index += 1) account.reserve();
  return new EventRoom({ account, onFull, unwrittenBytes: () => unwrittenBytes });
}

describe('a spool that is full up to its reserve', () => {
  const leftBytes = SYSTEM_RESERVE_BYTES - 1;

  it.each(['pause', 'drop'] as const)(
    'keeps it for what the process says of itself, with on_full: %s',
    (onFull) => {
      const room = roomOf({ leftBytes, onFull });
      expect(room.shortageFor(said('operator.action'))).toBe('spool_full');
      expect(room.shortageFor(circuit)).toBe('spool_full');
      expect(room.shortageFor(said('system.stopped'))).toBeUndefined();
      expect(room.shortageFor(said('audit.gap'))).toBeUndefined();
    },
  );

  it('still takes the event of a call that was admitted, unless it was told to drop', () => {
    expect(roomOf({ leftBytes }).shortageFor(call)).toBeUndefined();
    expect(roomOf({ leftBytes, onFull: 'drop' }).shortageFor(call)).toBe('spool_full');
  });
});

describe('a spool with room', () => {
  const leftBytes = SYSTEM_RESERVE_BYTES + 1000;

  it('gives operators and circuits none that was promised to calls', () => {
    expect(roomOf({ leftBytes }).shortageFor(said('operator.action'))).toBeUndefined();
    const promised = roomOf({ leftBytes, reservations: 1 });
    expect(promised.shortageFor(said('operator.action'))).toBe('spool_full');
    expect(promised.shortageFor(circuit)).toBe('spool_full');
    expect(promised.shortageFor(call)).toBeUndefined();
  });

  it('takes calls only while its disk fails and memory is at its bound', () => {
    const room = roomOf({ leftBytes: MIB, unwrittenBytes: FAILING_BYTES });
    expect(room.shortageFor(call)).toBeUndefined();
    for (const event of [circuit, said('operator.action'), said('system.started')]) {
      expect(room.shortageFor(event)).toBe('disk_failing');
    }
  });
});
