import { SeededRandom } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { nextEpoch } from '../../src/spool/epoch.ts';
import { segmentName } from '../../src/spool/segment.ts';

const EPOCH = '000000000001ab12';

/** Vector's file ids wrapped at 65,536, and the oldest file was taken for the newest. */
test.each([255, 65_535, 65_536, 2 ** 31, 9_999_999_998])(
  'the file after number %i sorts behind it',
  (number) => {
    const names = [segmentName(EPOCH, number + 1), segmentName(EPOCH, number)];
    expect(names.toSorted()).toEqual(names.toReversed());
  },
);

test('the epoch after any other sorts behind it, whatever else lies in the folder', () => {
  const known = ['000000065535ab12', '000000065536ab12', 'copy-of-a-file', ''];
  expect(nextEpoch(known, new SeededRandom(1)) > '000000065537').toBe(true);
});
