import { expect, test } from 'vitest';

import { KeptObjects, SpoolLife } from '../faults/spool-life.ts';
import { VolatileDisk } from '../faults/volatile-disk.ts';

const HEAD = '/data/spool/head';

/** Vector's ledger knew less than its files, or more, and the last record was lost or it panicked. */
test.each(['behind', 'ahead', 'absent'] as const)(
  'a noted head that is %s changes nothing of what is kept',
  (how) => {
    const disk = new VolatileDisk();
    const store = new KeptObjects();
    const life = new SpoolLife(disk.files, store, 1);
    life.append(['a', 'b']);
    const early = new Map(disk.content);
    life.append(['c']);
    const late = new Map(disk.content);
    const lines = how === 'ahead' ? early : late;
    const head = how === 'ahead' ? late.get(HEAD) : early.get(HEAD);
    if (how === 'absent' || head === undefined) lines.delete(HEAD);
    else lines.set(HEAD, head);
    const second = new SpoolLife(VolatileDisk.holding(lines).files, store, 2);
    second.finish();
    const kept = how === 'ahead' ? ['a', 'b'] : ['a', 'b', 'c'];
    expect(store.lines.map((line) => line.requestId)).toEqual(kept);
    expect(second.opened.recovered.quarantined).toEqual([]);
    const missing = second.opened.recovered.missing.map((range) => range.firstSeq);
    expect(missing).toEqual(how === 'ahead' ? [3] : []);
  },
);
