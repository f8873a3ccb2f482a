import { expect, test } from 'vitest';

import { KeptObjects, SpoolLife } from '../faults/spool-life.ts';
import { VolatileDisk } from '../faults/volatile-disk.ts';

/** Vector removed a data file before the ledger that lets go of it was on disk. */
test('a power loss at any call of shipping leaves the ledger or the segment', () => {
  for (let calls = 1; calls < 40; calls += 1) {
    const disk = new VolatileDisk();
    const store = new KeptObjects();
    const life = new SpoolLife(disk.files, store, 1);
    life.append(['a', 'b']);
    life.seal();
    life.compress();
    disk.callsLeft = calls;
    try {
      life.ship();
    } catch {
      // The power went.
    }
    const after = disk.afterPowerLoss(calls);
    const isShipped = (after.content.get('/data/spool/shipped.jsonl')?.length ?? 0) > 0;
    const isThere = [...after.content.keys()].some((path) => path.endsWith('.jsonl.zst'));
    expect(isShipped || isThere, `after ${calls} calls`).toBe(true);
  }
});
