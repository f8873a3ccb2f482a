import { describe, expect, it } from 'vitest';

import { letterPlaces } from '../src/letter-places.ts';

describe('letterPlaces', () => {
  it('counts on from the first offset of each partition', () => {
    const places = letterPlaces(
      'dead',
      [1, 0, 1],
      new Map([
        [0, 7],
        [1, 40],
      ]),
    );
    expect(places).toEqual([
      { topic: 'dead', partition: 1, offset: 40 },
      { topic: 'dead', partition: 0, offset: 7 },
      { topic: 'dead', partition: 1, offset: 41 },
    ]);
  });

  it('has no offset where the broker told none', () => {
    const places = letterPlaces('dead', [0], new Map([[0, -1]]));
    expect(places).toEqual([{ topic: 'dead', partition: 0, offset: undefined }]);
  });

  it('takes a letter for unwritten whose partition nobody answered for', () => {
    const places = letterPlaces('dead', [0, 2, 0], new Map([[0, 3]]));
    expect(places.map((place) => place?.offset)).toEqual([3, undefined, 4]);
    expect(places[1]).toBeUndefined();
  });
});
