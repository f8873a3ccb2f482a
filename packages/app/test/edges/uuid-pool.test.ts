import { describe, expect, test } from 'vitest';

import { UuidPool } from '../../src/edges/uuid-pool.ts';

describe('a UUID', () => {
  test('is of version 4 and no other, over several refills', () => {
    const pool = new UuidPool();
    const taken = Array.from({ length: 1000 }, () => pool.take());
    for (const uuid of taken) {
      expect(uuid).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u,
      );
    }
    expect(new Set(taken).size).toBe(1000);
    expect(new Set(taken.map((uuid) => uuid[19]))).toEqual(new Set(['8', '9', 'a', 'b']));
  });
});
