import { array, assert, double, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  bucketOf,
  BUCKETS,
  LatencyHistogram,
  LatencySum,
  middleUs,
  toSparse,
} from '../src/latency-histogram.ts';

const latency = double({ min: 0, max: 4_000_000, noNaN: true });

describe('LatencyHistogram', () => {
  it('puts every value into a bucket whose middle is within 1.6 % or half a microsecond', () => {
    assert(
      property(integer({ min: 0, max: 0xffff_ffff }), (us) => {
        const bucket = bucketOf(us);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(BUCKETS);
        expect(Math.abs(middleUs(bucket) - us)).toBeLessThanOrEqual(Math.max(0.5, us / 64));
      }),
    );
  });

  it('orders buckets as it orders values', () => {
    const us = integer({ min: 0, max: 0xffff_ffff });
    assert(
      property(us, us, (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });

  it('tells the same percentiles whole or in merged parts, dense or sparse', () => {
    assert(
      property(array(latency, { minLength: 1, maxLength: 60 }), nat(60), (values, cut) => {
        const whole = sumOf([values], false);
        const parts = sumOf([values.slice(0, cut), values.slice(cut)], true);
        for (const quantile of [0, 0.5, 0.95, 0.99, 1]) {
          expect(parts.quantileMs(quantile)).toBe(whole.quantileMs(quantile));
        }
      }),
    );
  });

  it('tells a percentile to within 1.6 % of the exact one', () => {
    assert(
      property(array(latency, { minLength: 1, maxLength: 60 }), (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        for (const quantile of [0.5, 0.95, 0.99]) {
          const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
          const told = sumOf([values], true).quantileMs(quantile) ?? Number.NaN;
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.max(0.001, exact / 60));
        }
      }),
    );
  });

  it('has no percentile without a value and takes nonsense as 0', () => {
    expect(new LatencySum().quantileMs(0.5)).toBeUndefined();
    expect(sumOf([[Number.NaN, -5]], false).quantileMs(0.99)).toBe(0);
    expect(sumOf([[1e12]], false).quantileMs(0.5)).toBeCloseTo(4_294_967.295, 3);
  });
});

function sumOf(groups: readonly (readonly number[])[], sparse: boolean): LatencySum {
  const sum = new LatencySum();
  for (const group of groups) {
    const histogram = new LatencyHistogram();
    for (const value of group) histogram.recordMs(value);
    if (sparse) sum.addSparse(toSparse(histogram));
    else sum.addDense(histogram);
  }
  return sum;
}
