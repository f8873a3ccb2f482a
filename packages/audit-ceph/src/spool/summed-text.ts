import { hash } from 'node:crypto';

/** Digits of the checksum in front of the text. */
const SUM_DIGITS = 16;

/** A text of one line behind its checksum, with a newline: a changed bit is noticed when it is read. */
export function summedLine(text: string): string {
  return `${sumOf(text)} ${text}\n`;
}

/** What `summedLine` was given, of a line without its newline; `undefined` where it was changed. */
export function readSummed(line: string): string | undefined {
  const text = line.slice(SUM_DIGITS + 1);
  return line.startsWith(`${sumOf(text)} `) ? text : undefined;
}

function sumOf(text: string): string {
  return hash('sha256', text).slice(0, SUM_DIGITS);
}
