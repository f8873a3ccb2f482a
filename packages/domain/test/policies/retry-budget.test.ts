import { RetryBudget } from '@netscope/domain';
import { type Arbitrary, array, assert, constant, nat, oneof, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

type Step =
  | { readonly kind: 'call' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'rest'; readonly ms: number };

const steps: Arbitrary<Step[]> = array(
  oneof(
    constant<Step>({ kind: 'call' }),
    constant<Step>({ kind: 'retry' }),
    nat(20_000).map<Step>((ms) => ({ kind: 'rest', ms })),
  ),
  { maxLength: 500 },
);

describe('RetryBudget', () => {
  test('retries never exceed a tenth of the calls plus one a second', () => {
    const cases = property(steps, (run) => {
      const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 1 }, 0);
      let [nowMs, calls, retries] = [0, 0, 0];
      for (const step of run) {
        if (step.kind === 'rest') nowMs += step.ms;
        if (step.kind === 'call') {
          budget.earn(nowMs);
          calls += 1;
        }
        if (step.kind === 'retry' && budget.spend(nowMs)) retries += 1;
        expect(retries).toBeLessThanOrEqual(1 + 0.1 * calls + nowMs / 1000 + 1e-6);
      }
    });
    assert(cases);
  });

  test('an upstream that fails every call gets one retry for ten calls', () => {
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 0 }, 0);
    let retries = 0;
    for (let call = 0; call < 1000; call += 1) {
      budget.earn(0);
      if (budget.spend(0)) retries += 1;
    }
    expect(retries).toBeGreaterThanOrEqual(98);
    expect(retries).toBeLessThanOrEqual(100);
  });

  test('an idle hour buys no storm of retries', () => {
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 1 }, 0);
    for (let call = 0; call < 10_000; call += 1) budget.earn(0);
    expect(budget.left(3_600_000)).toBeLessThanOrEqual(10);
  });

  test('at no traffic a retry a second is left', () => {
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 1 }, 0);
    expect(budget.spend(0)).toBe(true);
    expect(budget.spend(0)).toBe(false);
    expect(budget.spend(1001)).toBe(true);
  });
});
