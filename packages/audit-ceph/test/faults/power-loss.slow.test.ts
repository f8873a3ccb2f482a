import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { flawIn } from '../trail.ts';
import { KeptObjects, SpoolLife } from './spool-life.ts';
import { VolatileDisk } from './volatile-disk.ts';

const RUNS = Number(process.env['NETSCOPE_POWER_LOSSES'] ?? 150);
const STEPS = ['append', 'append', 'seal', 'compress', 'sign', 'ship', 'ship and die'] as const;
const life = record({
  steps: array(constantFrom(...STEPS), { minLength: 1, maxLength: 25 }),
  /** Calls of the file system until the power goes. */
  calls: integer({ min: 1, max: 250 }),
  seed: integer(),
});

describe('a spool whose disk loses what was not synced', { timeout: 30_000 + RUNS * 100 }, () => {
  it('has every acknowledged event in the store, in order and once, after any number of losses', () => {
    assert(
      property(array(life, { minLength: 1, maxLength: 6 }), (lives) => {
        const store = new KeptObjects();
        const acknowledged: string[] = [];
        let disk = new VolatileDisk();
        lives.forEach(({ steps, calls, seed }, number) => {
          disk.callsLeft = calls;
          acknowledged.push(...live({ disk, store, steps, name: `life${number}`, seed }));
          disk = disk.afterPowerLoss(seed);
        });
        const last = new SpoolLife(disk.files, store, 7);
        last.finish();
        const stored = store.lines.map((line) => line.requestId);
        expect(stored.length).toBe(new Set(stored).size);
        expect(flawIn(store.lines)).toBeUndefined();
        expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
        expect(disk.files.list('/data/spool/segments')).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    process.stdout.write(
      `[figure] ${RUNS} histories of up to six losses each: nothing acknowledged was lost, moved or stored twice\n`,
    );
  });
});

interface Life {
  readonly disk: VolatileDisk;
  readonly store: KeptObjects;
  readonly steps: readonly (typeof STEPS)[number][];
  readonly name: string;
  readonly seed: number;
}

/** What was acknowledged before the power went, or before the steps were done. */
function live({ disk, store, steps, name, seed }: Life): readonly string[] {
  let spool: SpoolLife | undefined;
  try {
    spool = new SpoolLife(disk.files, store, seed);
    spool.fill();
    for (const [number, step] of steps.entries()) {
      if (step === 'append') spool.append(ids(`${name}-${number}`, 1 + (Math.abs(seed) % 9)));
      else if (step === 'ship' || step === 'ship and die') spool.ship(step === 'ship and die');
      else spool[step]();
    }
  } catch (error) {
    if (disk.callsLeft >= 0) throw error;
  }
  return spool?.acknowledged ?? [];
}

function ids(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
