import { sampleCall } from '@netscope/test-support';
import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type AuditEvent, auditEventSchema, encodeAuditEvent } from '../../src/index.ts';
import { arbitraryAuditEvent } from './arbitrary-audit-event.ts';
import { referenceAuditEvent } from './reference-audit-event.ts';

const integrity = {
  node: 'netscope-0',
  epoch: '000000000001ab12',
  seq: 77,
  prev: '0'.repeat(64),
};

describe('encodeAuditEvent', () => {
  it('writes, for any event, byte for byte what the plain mapping comes to', () => {
    assert(
      property(arbitraryAuditEvent, (event) => {
        expect(`${line(event)}}`).toBe(JSON.stringify(referenceAuditEvent(event)));
      }),
      { numRuns: 2000 },
    );
  });

  it('writes, for any event, one line that its schema takes', () => {
    assert(
      property(arbitraryAuditEvent, (event) => {
        expect(line(event)).not.toContain('\n');
        expect(auditEventSchema.safeParse(closed(event)).error).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('never writes null, and never what is not a finite number', () => {
    const call = { ...sampleCall(), backpressureMs: Number.NaN };
    expect(line({ kind: 'call', call: sampleCall() })).not.toContain('null');
    expect(() => line({ kind: 'call', call })).toThrow(RangeError);
  });
});

describe('auditEventSchema', () => {
  it.each(['trace_id', 'span_id', 'request_id', 'idempotency_key', 'source', 'integrity'])(
    'refuses an event of a call without %s',
    (name) => {
      const event = closed({ kind: 'call', call: sampleCall() });
      const { [name]: _, ...rest } = Object(event);
      expect(auditEventSchema.safeParse(event).success).toBe(true);
      expect(auditEventSchema.safeParse(rest).success).toBe(false);
    },
  );
});

function closed(event: AuditEvent): unknown {
  return JSON.parse(`${line(event)},"integrity":${JSON.stringify(integrity)}}`);
}

function line(event: AuditEvent): string {
  return encodeAuditEvent(event, Buffer).writtenText();
}
