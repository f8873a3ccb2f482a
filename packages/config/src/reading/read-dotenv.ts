import { parseEnv } from 'node:util';

import type { ConfigFault } from '@netscope/domain';

export interface DotenvVariables {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly faults: readonly ConfigFault[];
}

/** Reads a `.env` as Node does, and tells each line that Node would pass over; shows no value. */
export function readDotenv(text: string, name: string): DotenvVariables {
  const faults = strayLines(text.replaceAll('\r', '')).map((line) => ({
    path: '',
    where: `${name}:${line}`,
    found: 'a line that sets nothing',
    expected: 'NAME=value, a comment or an empty line; no blank after = where the value is empty',
  }));
  return { values: parseEnv(text), faults };
}

/** Nothing, or a comment. */
const BLANK = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

/**
 * One variable, over lines where its value is quoted. A value of blanks alone would be taken from
 * the line that follows, which is lost then.
 */
const ASSIGNMENT =
  /[ \t]*(?:export[ \t]+)?[^\s:=]+[ \t]*=(?:[ \t]*(?:(["'`])[^]*?\1[^\n]*|[^ \t\n][^\n]*)|\s*$)?(?:\n|$)/y;

function strayLines(text: string): readonly number[] {
  const stray: number[] = [];
  let offset = 0;
  let line = 1;
  while (offset < text.length) {
    const known = endOf(BLANK, text, offset) ?? endOf(ASSIGNMENT, text, offset);
    if (known === undefined) stray.push(line);
    const end = known ?? lineEnd(text, offset);
    line += text.slice(offset, end).split('\n').length - 1;
    offset = end;
  }
  return stray;
}

function endOf(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  const match = pattern.exec(text);
  return match === null ? undefined : offset + match[0].length;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}
