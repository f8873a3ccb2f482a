import { describe, expect, it } from 'vitest';

import { parseBytes } from '../src/parse-bytes.ts';

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['10B', 10],
    ['64KiB', 65_536],
    ['8MiB', 8_388_608],
    ['8 MiB', 8_388_608],
    ['1GiB', 1_073_741_824],
    ['1.5KiB', 1536],
    ['1TiB', 1_099_511_627_776],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'MiB', '8MB', '8mib', '-1', '1e3', '1.3B', '99999TiB', '8MiB8'])(
    'knows no size in %s',
    (text) => {
      expect(parseBytes(text)).toBeUndefined();
    },
  );
});
