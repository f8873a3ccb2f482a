import { type Attempt, encodeAuditEvent, EXCERPT_BYTES_MAX } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { RESERVATION_BYTES, SpoolAccount } from '../src/spool-account.ts';

const GIB = 1024 ** 3;

describe('room that is reserved for an event', () => {
  it('is larger by what excerpts may add, for as many events', () => {
    const plain = new SpoolAccount(GIB, 0);
    const showing = new SpoolAccount(GIB, EXCERPT_BYTES_MAX.event);
    plain.reserve();
    showing.reserve();
    expect(plain.reservedBytes).toBe(RESERVATION_BYTES);
    expect(showing.reservedBytes).toBe(RESERVATION_BYTES + EXCERPT_BYTES_MAX.event);
    expect(showing.ballastBytes / showing.reservedBytes).toBe(
      plain.ballastBytes / plain.reservedBytes,
    );
  });

  it('takes a call of twelve attempts that shows as much as any may', () => {
    const json = (bytes: number): Uint8Array => Buffer.from(`"${'x'.repeat(bytes - 2)}"`);
    const side = {
      body: { json: json(EXCERPT_BYTES_MAX.body), omitted: 9999, unread: undefined },
      headers: { json: json(EXCERPT_BYTES_MAX.headers), omitted: 99, unread: undefined },
    };
    const call = sampleCall();
    const attempts = Array.from({ length: 12 }, (): readonly Attempt[] => call.result.attempts);
    const long = { ...call, result: { ...call.result, attempts: attempts.flat() } };
    const excerpts = { request: side, response: side };
    const bytesOf = (event: Parameters<typeof encodeAuditEvent>[0]): number =>
      encodeAuditEvent(event, Buffer).written().length;
    const plain = bytesOf({ kind: 'call', call: long });
    const showing = bytesOf({ kind: 'call', call: long, excerpts });
    expect(plain).toBeLessThan(RESERVATION_BYTES);
    expect(showing - plain).toBeGreaterThan(
      2 * (EXCERPT_BYTES_MAX.body + EXCERPT_BYTES_MAX.headers),
    );
    expect(showing - plain).toBeLessThanOrEqual(EXCERPT_BYTES_MAX.event);
  });

  it('is found full before an excerpt would have no room', () => {
    const bytesMax = 1024 * 1024;
    const account = new SpoolAccount(bytesMax, EXCERPT_BYTES_MAX.event);
    while (!account.isFull(0)) account.reserve();
    const count = account.reservedBytes / (RESERVATION_BYTES + EXCERPT_BYTES_MAX.event);
    expect(count).toBeGreaterThan(10);
    expect(account.reservedBytes).toBeLessThanOrEqual(bytesMax);
  });
});
