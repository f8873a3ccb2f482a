import { expect, test } from 'vitest';

import { SpoolAccount } from '../../src/spool-account.ts';

/** Vector's count of bytes went below zero, became huge, and its buffer was full for ever. */
test('what is given back twice makes no room that is not there, and none disappear', () => {
  const account = new SpoolAccount(1024 * 1024, 0);
  account.reserve();
  account.release();
  account.release();
  expect(account.reservedBytes).toBe(0);
  expect(account.isFull(0)).toBe(false);
  account.reserve();
  expect(account.reservedBytes).toBeGreaterThan(0);
});
