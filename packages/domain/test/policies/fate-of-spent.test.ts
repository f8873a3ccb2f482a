import {
  type DeliveryPolicy,
  fateOfSpent,
  recordFingerprint,
  StatusSet,
  type TriesSpent,
} from '@netscope/domain';
import { describe, expect, it } from 'vitest';

const policy: DeliveryPolicy = {
  triesMax: 5,
  retryForMs: 60_000,
  backoffBaseMs: 100,
  backoffCapMs: 1000,
  throttledMaxMs: 60_000,
  ambiguous: 'park',
  parkGuard: { ratio: 0.5, minimum: 50, windowMs: 60_000 },
};
const rules = {
  success: new StatusSet(['2xx']),
  transient: new StatusSet([408, '5xx']),
  repeatable: false,
};

function spent(over: Partial<TriesSpent>): TriesSpent {
  const base = { tries: 1, firstTryAtMs: 0, lastTryAtMs: 100, status: 503, bytesLeft: false };
  return { ...base, ...over };
}

describe('A record whose tries are known from before', () => {
  it.each([
    ['answered with a status that parks', spent({ status: 404 }), 'rejected'],
    ['answered with a transient status', spent({ status: 500 }), undefined],
    ['refused our credentials', spent({ status: 401 }), undefined],
    ['throttled', spent({ status: 429, tries: 9, lastTryAtMs: 90_000 }), undefined],
    ['answered with what is a success by now', spent({ status: 204 }), undefined],
    ['past tries and time', spent({ tries: 5, lastTryAtMs: 60_000, status: 500 }), 'exhausted'],
    ['past both by 503', spent({ tries: 5, lastTryAtMs: 60_000 }), 'exhausted'],
    ['past its tries alone', spent({ tries: 50 }), undefined],
    ['past its time alone', spent({ tries: 4, lastTryAtMs: 90_000 }), undefined],
    ['sent and not answered', spent({ status: undefined, bytesLeft: true }), 'ambiguous'],
    ['not sent', spent({ status: undefined }), undefined],
  ])('that was %s ends as it would have', (_what, history, reason) => {
    expect(fateOfSpent(history, rules, policy)).toBe(reason);
  });

  it('is called again where a repeat is harmless', () => {
    const history = spent({ status: undefined, bytesLeft: true });
    expect(fateOfSpent(history, { ...rules, repeatable: true }, policy)).toBeUndefined();
  });
});

describe('The fingerprint of a record', () => {
  it('is of its time and its key, in 16 bits, and never 0', () => {
    const seen = new Set<number>();
    for (let timestamp = 0; timestamp < 20_000; timestamp += 1) {
      const fingerprint = recordFingerprint(1_770_000_000_000 + timestamp, 'ab'.repeat(32));
      expect(fingerprint).toBeGreaterThan(0);
      expect(fingerprint).toBeLessThan(65_536);
      seen.add(fingerprint);
    }
    // As many as 20,000 draws of 65,535 come to, within a few percent.
    expect(seen.size).toBeGreaterThan(16_500);
    const [one, other] = ['ab'.repeat(32), 'ac'.repeat(32)].map((key) => recordFingerprint(5, key));
    expect(one).not.toBe(other);
    expect(recordFingerprint(5, undefined)).not.toBe(one);
  });
});
