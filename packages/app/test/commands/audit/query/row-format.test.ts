import { describe, expect, test } from 'vitest';

import { csvRows, jsonRows, tableRows } from '../../../../src/commands/audit/query/row-format.ts';

const columns = ['route', 'calls'];
const NONE = { columns, rows: [] };

describe('rows as a table', () => {
  test('are as wide as the first of them need, numbers to the right, NULL said', () => {
    const format = tableRows();
    const rows = [
      ['orders', 12_000],
      [null, 7],
    ];
    expect(format(NONE)).toEqual([]);
    expect(format({ columns, rows })).toEqual([
      'route   calls',
      '------  -----',
      'orders  12000',
      'NULL        7',
    ]);
    expect(format({ columns, rows: [['refunds', 1]] })).toEqual(['refunds      1']);
  });

  test('bring no control character to a terminal, and no cell without an end', () => {
    const [, , cell] = tableRows()({ columns: ['x'], rows: [['\u001B[31m\nred'.repeat(100)]] });
    expect(cell).toMatch(/^\uFFFD\[31m\uFFFDred/u);
    expect(cell).toHaveLength(120);
    expect(tableRows()({ columns: ['\u001B[2J'], rows: [[1]] })[0]).toBe('\uFFFD[2J');
  });
});

describe('rows as CSV', () => {
  test('have the names first, also where there are none', () => {
    const format = csvRows();
    expect(format(NONE)).toEqual(['route,calls']);
    expect(format({ columns, rows: [['orders', 1]] })).toEqual(['orders,1']);
  });

  test('are quoted where they must be; NULL is empty', () => {
    const format = csvRows();
    format(NONE);
    const rows = [
      ['a "b", c', null],
      ['two\nlines', { x: 1 }],
      ['\u001B[31m', true],
    ];
    expect(format({ columns, rows })).toEqual([
      '"a ""b"", c",',
      '"two\nlines","{""x"":1}"',
      '\uFFFD[31m,true',
    ]);
  });
});

test('rows as JSON are an object each, with the names as they are', () => {
  expect(jsonRows({ columns: ['__proto__', 'b'], rows: [[1, { c: null }]] })).toEqual([
    '{"__proto__":1,"b":{"c":null}}',
  ]);
});
