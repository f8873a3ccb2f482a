import { describe, expect, it } from 'vitest';

import { respond, type Arrival } from '../../src/upstream/answer.ts';
import { scriptOfRules, shareOf } from '../../src/upstream/rules.ts';

const arrival: Arrival = {
  sequence: 0,
  method: 'POST',
  path: '/v1/send',
  headers: { 'x-plan': 'bad' },
  body: Buffer.from('{"plan":"slow"}'),
  idempotencyKey: 'key',
  attempt: 1,
};

describe('a script of rules', () => {
  it('answers 200 where no rule applies', () => {
    expect(scriptOfRules([])(arrival)).toEqual(respond(200));
  });

  it('takes the first rule that applies', () => {
    const script = scriptOfRules([{ answer: respond(1) }, { answer: respond(2) }]);
    expect(script(arrival)).toEqual(respond(1));
  });

  it.each([
    [{ pathStartsWith: '/v1' }, { pathStartsWith: '/v2' }],
    [{ headers: { 'x-plan': 'bad' } }, { headers: { 'x-plan': 'good' } }],
    [{ bodyIncludes: '"slow"' }, { bodyIncludes: '"fast"' }],
    [{ attemptMax: 1 }, { attemptMax: 0 }],
    [{ share: [0, 1] as const }, { share: [0, 0] as const }],
  ])('applies by %j and not by %j', (applying, other) => {
    const script = scriptOfRules([
      { when: other, answer: respond(1) },
      { when: applying, answer: respond(2) },
    ]);
    expect(script(arrival)).toEqual(respond(2));
  });

  it('gives a share of the records, the same ones at every attempt', () => {
    const script = scriptOfRules([{ when: { share: [0, 0.03] }, answer: respond(503) }]);
    const keys = Array.from({ length: 10_000 }, (_, index) => `key-${index}`);
    const failing = keys.filter((idempotencyKey) => {
      const answers = [1, 2].map((attempt) => script({ ...arrival, idempotencyKey, attempt }));
      expect(answers[0]).toEqual(answers[1]);
      return shareOf(idempotencyKey) < 0.03;
    });
    expect(failing.length).toBeGreaterThan(200);
    expect(failing.length).toBeLessThan(400);
  });
});
