import { EXCERPT_BYTES_MAX } from '@netscope/domain';
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

  it('is found full before an excerpt would have no room', () => {
    const bytesMax = 1024 * 1024;
    const account = new SpoolAccount(bytesMax, EXCERPT_BYTES_MAX.event);
    while (!account.isFull(0)) account.reserve();
    const count = account.reservedBytes / (RESERVATION_BYTES + EXCERPT_BYTES_MAX.event);
    expect(count).toBeGreaterThan(10);
    expect(account.reservedBytes).toBeLessThanOrEqual(bytesMax);
  });
});
