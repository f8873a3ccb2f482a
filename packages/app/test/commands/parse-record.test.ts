import { describe, expect, test } from 'vitest';

import { UsageError } from '../../src/cli/usage-error.ts';
import { parseRecord } from '../../src/commands/parse-record.ts';

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

describe('a record as a person writes it', () => {
  test('takes text as its bytes and any other JSON as its text', () => {
    expect(text(parseRecord('{"topic":"t","value":"plain"}').value)).toBe('plain');
    expect(text(parseRecord('{"topic":"t","value":{"a":1}}').value)).toBe('{"a":1}');
    expect(parseRecord('{"topic":"t"}')).toMatchObject({ key: null, value: null, offset: 0 });
  });

  test.each(['1.50', '-0', '1e5', '12345678901234567890', '[{"a":0.10}]'])(
    'keeps the digits of %s',
    (value) => {
      expect(text(parseRecord(`{"topic":"t","value":${value}}`).value)).toBe(value);
    },
  );

  test('keeps key, headers and coordinates', () => {
    const record = parseRecord(
      '{"topic":"t","partition":3,"offset":"12","key":"k","headers":{"a":"b"},"timestamp":5}',
    );
    expect(record).toMatchObject({ partition: 3, offset: 12, timestampMs: 5 });
    expect(text(record.key)).toBe('k');
    expect(record.headers.map(({ name, value }) => [name, text(value)])).toEqual([['a', 'b']]);
  });

  test.each([
    { record: '{', says: 'not JSON' },
    { record: '{"value":1}', says: 'topic' },
    { record: '{"topic":"t","partition":-1,"offset":"x"}', says: 'offset' },
    { record: '{"topic":"t","vlaue":1}', says: 'vlaue' },
  ])('refuses $record and names $says', ({ record, says }) => {
    expect(() => parseRecord(record)).toThrow(UsageError);
    expect(() => parseRecord(record)).toThrow(says);
  });
});
