import { describe, expect, test } from 'vitest';

import { verdictView } from '../../../src/page/model/verdict.ts';

describe('a verdict in words', () => {
  test('names who held the call up, with the milliseconds of each and the path', () => {
    expect(
      verdictView({
        party: 'network',
        path: 'direct',
        network_ms: 30,
        upstream_ms: 2.5,
        local_ms: 0.1,
      }),
    ).toEqual({
      party: 'network',
      shares: [
        { text: 'network', ms: 30 },
        { text: 'upstream', ms: 2.5 },
        { text: 'NetScope itself', ms: 0.1 },
      ],
      path: 'straight to the upstream',
    });
  });

  test('does not tell the upstream from what a proxy hides', () => {
    const verdict = { party: 'upstream_or_beyond', path: 'proxied', upstream_ms: 9 } as const;
    expect(verdictView({ ...verdict, local_ms: 0 })).toMatchObject({
      party: 'upstream or beyond',
      shares: [
        { text: 'upstream or beyond', ms: 9 },
        { text: 'NetScope itself', ms: 0 },
      ],
      path: 'through a proxy, which hides what lies beyond',
    });
  });

  test('has no share of a party that nothing is known of', () => {
    expect(verdictView({ party: 'local', path: 'unknown', local_ms: 4 }).shares).toEqual([
      { text: 'NetScope itself', ms: 4 },
    ]);
  });
});
