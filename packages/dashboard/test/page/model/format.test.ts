import { describe, expect, test } from 'vitest';

import {
  formatAge,
  formatBytes,
  formatCount,
  formatMs,
  formatPlural,
  formatRate,
  formatShare,
} from '../../../src/page/model/format.ts';

function plain(text: string): string {
  return text.replaceAll('\u00A0', ' ');
}

describe('formats', () => {
  test.each([
    [0, '0'],
    [1_234, '1,234'],
    [99_999, '99,999'],
    [123_456, '123.5K'],
    [2_000_000, '2M'],
  ])('a count of %d reads %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  test.each([
    [0, '0.0'],
    [42.345, '42.3'],
    [1_234.5, '1,235'],
  ])('a rate of %d reads %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  test.each([
    [0, '0.0 %'],
    [0.0004, '0.04 %'],
    [0.0612, '6.1 %'],
    [1, '100.0 %'],
  ])('a share of %d reads %s', (share, text) => {
    expect(plain(formatShare(share))).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [0.042, '0.04 ms'],
    [12.34, '12.3 ms'],
    [1_234.4, '1,234 ms'],
    [12_345, '12.3 s'],
    [null, '–'],
    [undefined, '–'],
  ])('%s ms reads %s', (ms, text) => {
    expect(plain(formatMs(ms))).toBe(text);
  });

  test.each([
    [-5, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [187_200_000, '2 d 4 h'],
  ])('an age of %d ms reads %s', (ms, text) => {
    expect(plain(formatAge(ms))).toBe(text);
  });

  test.each([
    [0, '0 B'],
    [1_023, '1,023 B'],
    [1_536, '1.5 KiB'],
    [268_435_456, '256 MiB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  test('one is not plural', () => {
    expect(plain(formatPlural(1, 'call'))).toBe('1 call');
    expect(plain(formatPlural(0, 'call'))).toBe('0 calls');
  });
});
