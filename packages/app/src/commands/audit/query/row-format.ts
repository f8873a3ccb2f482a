import type { RowBatch } from '@netscope/audit-ceph/query';

import { plainText, textOf } from '../event-text.ts';

/** Wider cells are cut in a table; CSV and JSON have them whole. */
const CELL_WIDTH_MAX = 120;

type Cell = RowBatch['rows'][number][number] | undefined;

/** Makes of each batch of rows the lines that stand for it. */
export type RowFormat = (batch: RowBatch) => readonly string[];

/** One JSON object a row. */
export const jsonRows: RowFormat = ({ columns, rows }) =>
  rows.map((row) => JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at]]))));

/** RFC 4180 but for its line ends; NULL is empty, and control characters reach no terminal. */
export function csvRows(): RowFormat {
  let isBegun = false;
  return ({ columns, rows }) => {
    const head = isBegun ? [] : [columns];
    isBegun = true;
    return [...head, ...rows].map((row) => row.map(csvCell).join(','));
  };
}

/** Columns as wide as the first batch needs them, so that no more than a batch is held. */
export function tableRows(): RowFormat {
  let widths: readonly number[] | undefined;
  return ({ columns, rows }) => {
    if (rows.length === 0) return [];
    const cells = rows.map((row) => columns.map((_, at) => tableCell(row[at])));
    const isFirst = widths === undefined;
    widths ??= columns.map((name, at) => longest([name, ...cells.map((row) => row[at] ?? '')]));
    const fitted = widths;
    const lines = cells.map((row, index) =>
      row.map((text, at) => fit(text, fitted[at] ?? 0, rows[index]?.[at])).join('  '),
    );
    if (!isFirst) return lines.map((line) => line.trimEnd());
    const head = columns.map((name, at) => fit(tableCell(name), fitted[at] ?? 0, rows[0]?.[at]));
    const rule = fitted.map((width) => '-'.repeat(width));
    return [head.join('  '), rule.join('  '), ...lines].map((line) => line.trimEnd());
  };
}

function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = textOf(value).replaceAll(/[^\P{Cc}\t\r\n]/gu, '\uFFFD');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tableCell(value: Cell): string {
  const text = value === null || value === undefined ? 'NULL' : plainText(textOf(value));
  return text.length > CELL_WIDTH_MAX ? `${text.slice(0, CELL_WIDTH_MAX - 1)}…` : text;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function fit(text: string, width: number, value: Cell): string {
  return typeof value === 'number' ? text.padStart(width) : text.padEnd(width);
}
