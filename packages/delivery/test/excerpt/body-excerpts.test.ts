import { EXCERPT_BYTES_MAX } from '@netscope/domain';
import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  integer,
  json,
  letrec,
  oneof,
  property,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BodyExcerpts } from '../../src/excerpt/body-excerpts.ts';
import { referenceExcerpt } from './reference-excerpt.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function excerpt(body: string | Uint8Array, ...paths: readonly string[]) {
  const bodies = new BodyExcerpts(paths.map((path) => path.split('.')));
  const found = bodies.of(typeof body === 'string' ? Buffer.from(body) : body);
  const { omitted, unread } = found;
  return { text: found.json && Buffer.from(found.json).toString(), omitted, unread };
}

const shown = (text: string | undefined, omitted = 0) => ({ text, omitted, unread: undefined });
const unread = (reason: string) => ({ text: undefined, omitted: 0, unread: reason });

describe('what paths allow of a body', () => {
  const order = '{"order":{"id":"A 17","customer":"Ada"},"items":[{"sku":1,"note":"x"},{"sku":2}]}';

  it('is shown under its own names, and nothing else is', () => {
    expect(excerpt(order, 'order.id', 'items.*.sku')).toEqual(
      shown('{"order":{"id":"A 17"},"items":[{"sku":1},{"sku":2}]}'),
    );
    expect(excerpt(order, 'order.email', 'nothing')).toEqual(shown(undefined));
  });

  it.each([
    ['an index', 'items.1.sku', '{"items":[null,{"sku":2}]}'],
    ['a name that is a number', 'items.1.sku', '{"items":{"1":{"sku":3}}}'],
  ])('takes %s for an item or a name', (_what, path, wanted) => {
    const body = wanted.includes('null') ? order : '{"items":{"1":{"sku":3,"b":1},"2":{"sku":4}}}';
    expect(excerpt(body, path)).toEqual(shown(wanted));
  });

  it('keeps the place of an item in its list, and tells nothing of those behind the last', () => {
    const list = '[1,{"a":"x"},"y",{"a":2,"b":3},{"c":4},5]';
    expect(excerpt(list, '*.a')).toEqual(shown('[null,{"a":"x"},null,{"a":2}]'));
    expect(excerpt(list, '*.a', '4.c')).toEqual(shown('[null,{"a":"x"},null,{"a":2},{"c":4}]'));
  });

  it('is never an object or a list: what is put below it later was not allowed', () => {
    const body = '{"a":{"secret":1},"b":["secret"],"c":{"d":1}}';
    expect(excerpt(body, 'a', 'b', 'c', 'c.d')).toEqual(shown('{"c":{"d":1}}', 2));
  });

  it('never takes a name of an object for an item', () => {
    expect(excerpt('{"a@example.net":{"id":1},"b":2}', '*.id', '*')).toEqual(shown(undefined));
  });

  it.each(['12345678901234567890', '0.10', '1e400', '-0', '1E+2', '0.1000000000000000055'])(
    'keeps the number %s as it was written',
    (number) => {
      expect(excerpt(`{ "n" : ${number} }`, 'n')).toEqual(shown(`{"n":${number}}`));
    },
  );

  it('keeps a text as it was written, escapes included, on one line', () => {
    const text = String.raw`"\u0041\n\"\\ é 😀 \ud83d\ude00"`;
    expect(excerpt(`{"a"\n:\t${text}\r\n}`, 'a')).toEqual(shown(`{"a":${text}}`));
  });

  it.each([String.raw`\ud800`, String.raw`a\udc00`, String.raw`\ude00\ud83d`])(
    'is no text with half of a surrogate pair: %s',
    (text) => {
      expect(excerpt(`{"a":"${text}","b":["${text}"],"c":1}`, 'a', 'c')).toEqual(
        shown('{"c":1}', 1),
      );
    },
  );

  it('finds a name that is written with escapes', () => {
    expect(excerpt(String.raw`{"\u0069d":1,"\ud800":2}`, 'id', '\ufffd')).toEqual(
      shown('{"id":1}'),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes %s for a name like any other',
    (name) => {
      expect(excerpt(`{"${name}":{"a":1}}`, 'a')).toEqual(shown(undefined));
      expect(excerpt(`{"${name}":{"a":1}}`, `${name}.a`)).toEqual(shown(`{"${name}":{"a":1}}`));
      expect(excerpt('{"b":1}', `${name}.a`, name)).toEqual(shown(undefined));
    },
  );

  it('is all that fits, and the rest is counted', () => {
    const items = Array.from({ length: 500 }, (_, index) => ({ id: index, text: 'x'.repeat(40) }));
    const found = excerpt(JSON.stringify({ items, end: 1 }), 'items.*.id', 'items.*.text', 'end');
    expect(found.text?.length).toBeLessThanOrEqual(EXCERPT_BYTES_MAX.body);
    const { items: kept = [] } = JSON.parse(found.text ?? '{}');
    const values = kept.flatMap((item: object) => Object.values(item));
    expect(values.length + found.omitted).toBe(1001);
    expect(kept[0]).toEqual(items[0]);
  });

  it('is absent where it alone has no room, and what follows it is shown', () => {
    const body = JSON.stringify({ a: 'x'.repeat(EXCERPT_BYTES_MAX.body), b: 1 });
    expect(excerpt(body, 'a', 'b')).toEqual(shown('{"b":1}', 1));
  });

  it('counts what stands too far behind in a list to keep its place', () => {
    const list = `[${'0,'.repeat(2000)}{"a":1,"b":2},{"c":3}]`;
    expect(excerpt(list, '*.a', '*.b')).toEqual(shown(undefined, 2));
  });
});

describe('a body that is not read', () => {
  it.each([
    ['not_json', '{"a":1'],
    ['not_json', '{"a":1}}'],
    ['not_json', '{"a":01}'],
    ['not_json', '{"a":1,}'],
    ['not_json', '\ufeff{"a":1}'],
    ['not_json', '{"a":"\n"}'],
    ['not_json', 'a=1'],
    ['not_json', ' '],
    ['not_utf8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['too_deep', `{"a":1,"b":${'['.repeat(129)}${']'.repeat(129)}}`],
    ['too_large', `{"a":1,"b":"${'x'.repeat(EXCERPT_BYTES_MAX.read)}"}`],
    ['repeated_name', '{"a":1,"a":2}'],
    ['repeated_name', String.raw`{"a":1,"\u0061":2}`],
  ])('says %s and shows nothing', (reason, body) => {
    expect(excerpt(body, 'a')).toEqual(unread(reason));
  });

  it('says nothing where it is empty', () => {
    expect(excerpt('', 'a')).toEqual(shown(undefined));
  });

  it('may repeat a name that is not allowed, and one that is allowed in another object', () => {
    const body = '{"b":1,"b":2,"l":[{"a":1},{"a":2}],"a":{"a":3}}';
    expect(excerpt(body, 'l.*.a', 'a.a')).toEqual(shown('{"l":[{"a":1},{"a":2}],"a":{"a":3}}'));
  });
});

const MARKS = '{}[],:"\\ue-+.0 \n'.split('');
const NAMES = ['a', 'b', 'c', '0', '1', '__proto__', 'é', '*'];
const name = constantFrom(...NAMES);
const path = array(name, { minLength: 1, maxLength: 4 });
const paths = array(path, { maxLength: 6 });
const { body } = letrec((tie) => ({
  body: oneof(
    { maxDepth: 5, withCrossShrink: true },
    oneof(string(), integer(), boolean(), constant(null)),
    array(tie('body'), { maxLength: 4 }),
    array(tuple(name, tie('body')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));

describe('for any body and any paths', () => {
  it('what is shown is what the plain reading of the paths comes to', () => {
    assert(
      property(body, paths, (value, allowed) => {
        const found = new BodyExcerpts(allowed).of(Buffer.from(JSON.stringify(value)));
        const wanted = referenceExcerpt(value, allowed);
        expect(found.unread).toBeUndefined();
        expect(found.json && JSON.parse(Buffer.from(found.json).toString())).toEqual(wanted);
      }),
      { numRuns: 1500 },
    );
  });

  it('no name and no value is shown that is not allowed', () => {
    let markers = 0;
    const marked = (value: unknown): unknown => {
      markers += 1;
      if (Array.isArray(value)) return value.map(marked);
      if (typeof value !== 'object' || value === null) return `value-${markers}`;
      return Object.fromEntries([
        ...Object.entries(value).map(([key, inner]) => [key, marked(inner)]),
        [`name-${markers}`, 'value-of-it'],
      ]);
    };
    assert(
      property(body, paths, (value, allowed) => {
        const whole = marked(value);
        const found = new BodyExcerpts(allowed).of(Buffer.from(JSON.stringify(whole)));
        const text = Buffer.from(found.json ?? []).toString();
        const wanted = JSON.stringify(referenceExcerpt(whole, allowed)) ?? '';
        expect(text).not.toContain('name-');
        expect(new Set(text.match(/value-\d+/g))).toEqual(new Set(wanted.match(/value-\d+/g)));
      }),
      { numRuns: 2000 },
    );
  });

  it('text is read where JSON.parse reads it, and nowhere else', () => {
    const reader = new BodyExcerpts([['a']]);
    const broken = tuple(json(), integer({ min: 0 }), constantFrom(...MARKS)).map(
      ([text, at, mark]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + mark + text.slice(place + (at % 2));
      },
    );
    assert(
      property(oneof(json(), broken), (text) => {
        const { unread: reason } = reader.of(Buffer.from(text));
        expect(reason === 'not_json').toBe(!isJson(Buffer.from(text)));
      }),
      { numRuns: 2500 },
    );
  });

  it('no bytes make it throw', () => {
    const reader = new BodyExcerpts([['a'], ['*', 'b']]);
    assert(
      property(uint8Array({ maxLength: 64 }), (bytes) => {
        const { unread: reason } = reader.of(bytes);
        expect(reason === undefined || !isJson(bytes)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(utf8.decode(bytes));
    return true;
  } catch {
    return false;
  }
}
