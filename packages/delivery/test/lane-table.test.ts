import { describe, expect, test } from 'vitest';

import { LaneTable } from '../src/lane-table.ts';

describe('LaneTable', () => {
  test('a freed lane has no tail, one in use keeps its last', () => {
    const table = new LaneTable<number>();
    table.append('a', 1, true);
    table.append('a', 2, false);
    table.append('b', 3, true);
    table.free('b');
    expect([table.tail('a'), table.tail('b'), table.tail('c')]).toEqual([2, undefined, undefined]);
  });

  test('names of free lanes are swept, and lanes in use survive it', () => {
    const table = new LaneTable<number>();
    table.append('held', 0, true);
    for (let key = 1; key <= 10_000; key += 1) {
      table.append(`key-${key}`, key, true);
      table.free(`key-${key}`);
    }
    expect(table.size).toBeLessThan(2000);
    expect(table.tail('held')).toBe(0);
  });
});
