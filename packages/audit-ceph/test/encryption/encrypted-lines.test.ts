import {
  type AuditExcerpt,
  type CallRecord,
  encodeAuditEvent,
  EXCERPT_BYTES_MAX,
  UpstreamError,
} from '@netscope/domain';
import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseKey } from '../../src/encryption/key-file.ts';
import { FieldOpener } from '../../src/encryption/open-fields.ts';
import { RESERVATION_BYTES } from '../../src/spool-account.ts';
import { flawIn, parseLines } from '../trail.ts';
import { EncryptedSpool } from './encrypted-spool.ts';

const OTHER = parseKey('11'.repeat(32));
const MARKER = 'jane-doe-1980-01-01';

describe('an encrypted line', () => {
  it('opens, whatever was in it, to the event that was appended, with the chain as ever', () => {
    assert(
      property(string({ unit: 'binary', minLength: 1 }), (text) => {
        using encrypted = new EncryptedSpool({ ringBytes: 65_536 });
        const calls = [marked(sampleTimeout(), text), marked(sampleCall(), text)];
        for (const call of calls) void encrypted.spool.append(call);
        encrypted.spool.close();
        expect(encrypted.read(encrypted.key()).map(withoutPlace)).toEqual(
          calls.map((call) => ({ state: 'opened', event: wire(call) })),
        );
        expect(flawIn(parseLines(encrypted.spool.allLines()))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('leaves no byte of what is private in any file, not even while the disk fails', () => {
    using encrypted = new EncryptedSpool();
    let failures = 3;
    encrypted.spool.files.fault = (operation) => {
      failures -= operation === 'sync' ? 1 : 0;
      return failures > 0 && operation === 'sync' ? new Error('no') : undefined;
    };
    for (let index = 0; index < 200; index += 1) {
      void encrypted.spool.append(marked(sampleTimeout(), `${MARKER}-${index}`));
    }
    encrypted.spool.close();
    expect(encrypted.lines()).toHaveLength(200);
    for (const { bytes, synced } of encrypted.spool.files.files.values()) {
      for (const content of [bytes, synced]) expect(content.includes(MARKER)).toBe(false);
    }
    expect(encrypted.read(encrypted.key()).every(({ state }) => state === 'opened')).toBe(true);
  });

  it('is the same where the ring has no room and events wait beside it', () => {
    using encrypted = new EncryptedSpool({ ringBytes: 16_384 });
    const calls = Array.from({ length: 40 }, (_, index) =>
      marked(sampleTimeout({ offset: index }), `${MARKER}-${index}`),
    );
    for (const call of calls) void encrypted.spool.append(call);
    while (encrypted.lines().length < calls.length) {
      encrypted.spool.writer.turn();
      const last = encrypted.spool.messages.findLast(({ kind }) => kind === 'durable');
      if (last?.kind === 'durable') encrypted.spool.intake.acknowledge(last.seq);
    }
    expect(encrypted.read(encrypted.key()).map(({ event }) => event['idempotency_key'])).toEqual(
      calls.map((_, index) => `${MARKER}-${index}`),
    );
  });

  it('without its key says what is encrypted, under which key and of which day', () => {
    using encrypted = new EncryptedSpool({ fields: ['idempotency_key', 'result.error_message'] });
    void encrypted.spool.append(sampleTimeout());
    encrypted.spool.close();
    const [opening] = OTHER === undefined ? [] : encrypted.read(OTHER);
    expect(opening).toMatchObject({
      state: 'locked',
      keyId: encrypted.key().id,
      day: '2026-02-20',
      fields: ['idempotency_key', 'result.error_message'],
      event: {
        idempotency_key: 'encrypted',
        result: { error_code: 'UPSTREAM_TIMEOUT', error_message: 'encrypted' },
        upstream: { remote_address: '198.51.100.4' },
      },
    });
  });

  it('whose text was changed anywhere, or moved to another line, is damaged and never misread', () => {
    using encrypted = new EncryptedSpool();
    for (let index = 0; index < 2; index += 1) void encrypted.spool.append(sampleTimeout());
    encrypted.spool.close();
    const opener = new FieldOpener([encrypted.key()]);
    const [first = '', second = ''] = encrypted.lines();
    const [one, other] = [JSON.parse(first), JSON.parse(second)];
    for (const name of ['text', 'data_key'] as const) {
      const bytes = Buffer.from(one.encrypted[name], 'base64');
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        const changed = { ...one.encrypted, [name]: flipped.toString('base64') };
        expect(opener.open({ ...one, encrypted: changed }).state).toBe('damaged');
      }
    }
    expect(opener.open({ ...one, encrypted: other.encrypted }).state).toBe('damaged');
    const { node, epoch } = { node: 'netscope-1', epoch: '000000000002ab12' };
    for (const integrity of [{ node }, { epoch }, { seq: 9 }]) {
      const moved = { ...one, integrity: { ...one.integrity, ...integrity } };
      expect(opener.open(moved).state).toBe('damaged');
    }
    expect(opener.open({ ...one, encrypted: { ...one.encrypted, day: '2026-02-21' } }).state).toBe(
      'damaged',
    );
    expect(opener.open(one).state).toBe('opened');
  });

  it.each([
    {},
    { fields: [] },
    { fields: ['__proto__.x'] },
    { fields: 'idempotency_key' },
    { text: 7 },
    { key_id: undefined },
  ])('is damaged with a member like %j', (changes) => {
    using encrypted = new EncryptedSpool();
    void encrypted.spool.append(sampleTimeout());
    encrypted.spool.close();
    const event = JSON.parse(encrypted.lines()[0] ?? '');
    const member = Object.keys(changes).length === 0 ? {} : { ...event.encrypted, ...changes };
    const opening = new FieldOpener([encrypted.key()]).open({ ...event, encrypted: member });
    expect(opening).toMatchObject({
      state: 'damaged',
      reason: expect.stringContaining('encrypted'),
    });
  });

  it('of the largest call fits into the room that is set aside for it', () => {
    using encrypted = new EncryptedSpool();
    const call = marked(sampleTimeout({ retryCount: 11 }), '\u0001'.repeat(1000));
    const context = { ...call.context, idempotencyKey: 'k'.repeat(200) };
    const excerpt = (bytes: number): AuditExcerpt => ({
      json: Buffer.from(`"${'x'.repeat(bytes - 2)}"`),
      omitted: 0,
      unread: undefined,
    });
    const { body, headers, event } = EXCERPT_BYTES_MAX;
    const side = { body: excerpt(body), headers: excerpt(headers) };
    const excerpts = { request: side, response: side };
    void encrypted.spool.intake.push({ kind: 'call', call: { ...call, context } });
    void encrypted.spool.intake.push({ kind: 'call', call: sampleCall(), excerpts });
    encrypted.spool.close();
    const [largest = 0, withExcerpts = 0] = encrypted
      .lines()
      .map((line) => Buffer.byteLength(line));
    expect(largest).toBeGreaterThan(8000);
    expect(largest).toBeLessThan(RESERVATION_BYTES);
    expect(withExcerpts).toBeGreaterThan(event);
    expect(withExcerpts - RESERVATION_BYTES).toBeLessThan((event * 4) / 3);
    // Longer than what ciphertext of that size holds by chance.
    expect(encrypted.lines()[1]).not.toContain('x'.repeat(20));
    const opened = encrypted.read(encrypted.key())[1];
    expect(JSON.stringify(opened?.event)).toContain('x'.repeat(body - 2));
  });
});

/** A call that tells of a person wherever it can. */
function marked(call: CallRecord, text: string): CallRecord {
  const context = { ...call.context, idempotencyKey: text };
  const { result } = call;
  if (result.outcome === 'responded') return { ...call, context };
  const error = new UpstreamError('UPSTREAM_TIMEOUT', text, { kind: 'transient' });
  return { ...call, context, result: { ...result, error } };
}

function wire(call: CallRecord): unknown {
  return JSON.parse(`${encodeAuditEvent({ kind: 'call', call }, Buffer).writtenText()}}`);
}

function withoutPlace({ state, event }: { readonly state: string; readonly event: object }) {
  const { integrity: _, ...rest } = Object(event);
  return { state, event: rest };
}
