import { sampleTimeout } from '@netscope/test-support';
import { assert, property, subarray } from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type AuditEvent,
  auditEventSchema,
  encodeAuditEvent,
  PRIVATE_FIELDS,
  type PrivateField,
  PrivatePart,
} from '../../src/index.ts';
import { arbitraryAuditEvent } from './arbitrary-audit-event.ts';

const INTEGRITY = {
  node: 'netscope-0',
  epoch: '000000000001ab12',
  seq: 77,
  prev: '0'.repeat(64),
};

describe('the private part of a line', () => {
  it('and its line come, for any event and any choice of fields, to the whole event', () => {
    assert(
      property(arbitraryAuditEvent, subarray([...PRIVATE_FIELDS]), (event, fields) => {
        const { line, part } = split(event, fields);
        expect(merged(line, part)).toEqual(JSON.parse(`${whole(event)}}`));
      }),
      { numRuns: 1000 },
    );
  });

  it('holds what is chosen alone, and a bit for each field of it', () => {
    assert(
      property(arbitraryAuditEvent, subarray([...PRIVATE_FIELDS]), (event, fields) => {
        const { part, mask } = split(event, fields);
        const held = Object.keys(part).map((path) =>
          path.startsWith('network.attempts.') ? 'upstream.remote_address' : path,
        );
        expect(PRIVATE_FIELDS.filter((_, bit) => (mask & (1 << bit)) !== 0)).toEqual(
          PRIVATE_FIELDS.filter((field) => held.includes(field)),
        );
        expect(held.filter((field) => !fields.some((one) => one === field))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no byte of a chosen text in the line', () => {
    const event: AuditEvent = { kind: 'call', call: sampleTimeout() };
    const { line } = split(event, PRIVATE_FIELDS);
    const { context, result, request } = event.call;
    for (const text of [context.idempotencyKey, result.remoteAddress, request.targetSha256]) {
      expect(JSON.stringify(line)).not.toContain(text);
    }
    expect(JSON.stringify(line)).not.toContain('no response within');
  });

  it('is empty where nothing is chosen, and the line is as it was', () => {
    const event: AuditEvent = { kind: 'call', call: sampleTimeout() };
    const out = encodeAuditEvent(event, Buffer, new Set());
    expect(out.privatePart?.end()).toHaveLength(0);
    expect(out.writtenText()).toBe(whole(event));
  });

  it('says that it is full rather than lose a field', () => {
    const part = new PrivatePart(new Set(['idempotency_key']), Buffer.alloc(30));
    expect(part.take('idempotency_key', 'x'.repeat(30))).toBeUndefined();
    expect(part.isFull).toBe(true);
    part.begin();
    expect(part.isFull).toBe(false);
  });
});

describe('the schema of an event', () => {
  it('takes a line whose private fields are encrypted, and none that lacks them otherwise', () => {
    const { line } = split({ kind: 'call', call: sampleTimeout() }, PRIVATE_FIELDS);
    const encrypted = {
      fields: ['idempotency_key', 'request.target_sha256'],
      key_id: 'f75c9149a55b3067',
      day: '2026-11-21',
      data_key: 'AAAA',
      text: 'AAAA',
    };
    const closed = { ...line, integrity: INTEGRITY };
    expect(auditEventSchema.safeParse({ ...closed, encrypted }).error).toBeUndefined();
    expect(auditEventSchema.safeParse(closed).success).toBe(false);
    const partly = { ...encrypted, fields: ['idempotency_key'] };
    expect(auditEventSchema.safeParse({ ...closed, encrypted: partly }).success).toBe(false);
  });
});

function whole(event: AuditEvent): string {
  return encodeAuditEvent(event, Buffer).writtenText();
}

function split(event: AuditEvent, fields: readonly PrivateField[]) {
  const out = encodeAuditEvent(event, Buffer, new Set(fields));
  const line: object = JSON.parse(`${out.writtenText()}}`);
  const bytes = out.privatePart?.end() ?? new Uint8Array();
  const text = Buffer.from(bytes).toString('utf8');
  const part: object = JSON.parse(text === '' ? '{}' : text);
  return { line, part, mask: out.privatePart?.mask ?? 0 };
}

/** Written to be read: sets each value where its path says; an object that is not there is made. */
function merged(line: object, part: object): object {
  for (const [path, value] of Object.entries(part)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let owner: object = line;
    for (const name of names) {
      if (!Object.hasOwn(owner, name)) Reflect.set(owner, name, {});
      owner = Object(Reflect.get(owner, name));
    }
    Reflect.set(owner, last, value);
  }
  return line;
}
