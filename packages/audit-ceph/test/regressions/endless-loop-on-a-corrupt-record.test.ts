import { expect, test } from 'vitest';

import { KeptObjects, SpoolLife } from '../faults/spool-life.ts';
import { VolatileDisk } from '../faults/volatile-disk.ts';

/** Vector read a corrupt record again and again, and never came to those behind it. */
test('a corrupt line is set aside once, and what comes after it is shipped', () => {
  const disk = new VolatileDisk();
  const store = new KeptObjects();
  const life = new SpoolLife(disk.files, store, 1);
  life.append(['a', 'b', 'c']);
  life.seal();
  life.append(['d', 'e']);
  const content = new Map(disk.content);
  const path = [...content.keys()].find((name) => name.endsWith('.jsonl')) ?? '';
  const bytes = Buffer.from(content.get(path) ?? '');
  bytes[bytes.indexOf('partner')] = 0x58;
  const damaged = VolatileDisk.holding(content.set(path, bytes));
  const second = new SpoolLife(damaged.files, store, 2);
  second.finish();
  expect(second.opened.recovered.quarantined).toHaveLength(1);
  expect(store.lines.map((line) => line.requestId)).toEqual(['d', 'e']);
  const third = new SpoolLife(damaged.files, store, 3);
  third.finish();
  expect(third.opened.recovered.quarantined).toEqual([]);
  expect(damaged.files.list('/data/spool/quarantine')).toHaveLength(1);
});
