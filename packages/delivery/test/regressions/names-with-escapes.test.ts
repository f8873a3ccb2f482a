import { assert, nat, pre, property, string, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRecordJson, valueAt } from '../../src/record-json.ts';

/**
 * JSON.parse of V8 takes a name that is written with an escape for the name of an object that it
 * read before, where that ends in a backslash (nodejs/node#63785). A record would be sent to
 * another route, or parked, because of what another record held.
 */
describe('a name that is written with an escape', () => {
  it('is read whatever was read before', () => {
    read(String.raw`{"currency":"EUR","amount\\":1}`);
    const record = read(String.raw`{"currency":"EUR","amount\u0032":7}`);
    expect(valueAt(record, ['amount2'])).toBe(7);
  });

  it('is read where numbers, lists, texts and white space are around it', () => {
    read(String.raw`{"a":{"b\\":1}}`);
    const record = read(
      '{"a" : {"b\\u0063"\n:\t1.50,"d":["\\"x\\":", "\\\\"]}, "e\\"":"\\u0041" }',
    );
    expect(JSON.stringify(valueAt(record, ['a', 'bc']))).toBe('{"value":1.5,"source":"1.50"}');
    expect(valueAt(record, ['a', 'd'])).toEqual(['"x":', '\\']);
    expect(valueAt(record, ['e"'])).toBe('A');
  });

  it('is read behind a text of millions of escapes', () => {
    const text = String.raw`\n\"\\`.repeat(2_000_000);
    const record = read(`{"text":"${text}","b\\u0063":7}`);
    expect(valueAt(record, ['bc'])).toBe(7);
    expect(valueAt(record, ['text'])).toHaveLength(6_000_000);
  });

  it('is found among any others, wherever its first escape stands', () => {
    const name = string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' });
    const names = uniqueArray(
      name.filter((text) => !/["\\_]/u.test(text)),
      { maxLength: 3 },
    );
    assert(
      property(names, name, nat({ max: 5 }), (others, wanted, at) => {
        pre(!/["\\_]/u.test(wanted) && !others.includes(wanted) && at < wanted.length);
        const before = [...others, `${wanted.slice(0, at)}\\`];
        read(`{${before.map((text) => `${JSON.stringify(text)}:0`).join(',')}}`);
        const parsed = read(
          `{${others.map((text) => `${JSON.stringify(text)}:0,`).join('')}"${escaped(wanted, at)}":7}`,
        );
        expect(valueAt(parsed, [wanted])).toBe(7);
      }),
      { numRuns: 300 },
    );
  });
});

function read(text: string): unknown {
  return parseRecordJson(Buffer.from(text));
}

/** Its characters from `at` on as escapes. */
function escaped(text: string, at: number): string {
  const rest = Array.from(text.slice(at), (unit) => unit.charCodeAt(0).toString(16));
  return text.slice(0, at) + rest.map((hex) => String.raw`\u${hex.padStart(4, '0')}`).join('');
}
