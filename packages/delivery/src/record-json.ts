import { RecordError } from '@netscope/domain';

import { withPlainNames } from './escaped-names.ts';

/** Deeper nesting than any sensible record has; past it a reader's stack is at stake downstream. */
export const JSON_DEPTH_MAX = 128;

const SCHEMA_FRAME_MARK = 0x00;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Where a number may stand that JavaScript writes otherwise: of 16 digits or more, with an exponent,
 * with a zero at its end or many behind its point, or minus zero. Only then is the slower reading worth its cost.
 */
const INEXACT_NUMBER =
  /(?:^|[:,[\s])(?:-0(?![\d.])|-?(?:\d[\d.]{15}|\d+(?:\.\d+)?[Ee]|\d+\.\d*0(?!\d)|0\.0{6}))/u;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A record's value read as JSON. Strict: UTF-8, at most `JSON_DEPTH_MAX` deep.
 * @throws {RecordError} RECORD_UNDECODABLE for a schema registry's frame, else RECORD_MALFORMED.
 */
export function parseRecordJson(value: Uint8Array): unknown {
  if (value[0] === SCHEMA_FRAME_MARK) {
    throw new RecordError(
      'RECORD_UNDECODABLE',
      'the value starts with a schema registry frame (byte 0x00) where JSON is needed',
      { kind: 'permanent' },
    );
  }
  if (isNestedTooDeep(value)) {
    throw malformed(`the value is nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  return parseText(decode(value));
}

/**
 * The scalar at a dotted path, as text; a number exactly as the record wrote it. `undefined` where
 * the path ends in nothing, in null, in a list or in an object.
 */
export function scalarAt(parsed: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(parsed, path);
  if (typeof found === 'string') return found;
  if (found instanceof ExactNumber) return found.source;
  return typeof found === 'boolean' || typeof found === 'number' ? String(found) : undefined;
}

/** What stands at a dotted path: own properties only; list items by their index. */
export function valueAt(parsed: unknown, path: readonly string[]): unknown {
  let current = parsed;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    if (current instanceof ExactNumber) return undefined;
    // A list's own, and nothing that the record wrote.
    if (step === 'length' && Array.isArray(current)) return undefined;
    // By descriptor: own properties only, so that `__proto__` and `constructor` find nothing.
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return current;
}

function decode(value: Uint8Array): string {
  try {
    return utf8.decode(value);
  } catch (error) {
    throw malformed('the value is not UTF-8 where JSON is needed', error);
  }
}

function parseText(text: string): unknown {
  try {
    const parsed: unknown = INEXACT_NUMBER.test(text)
      ? JSON.parse(text, exactNumber)
      : JSON.parse(text);
    if (!text.includes('\\')) return parsed;
    const plain = withPlainNames(text);
    return plain === text ? parsed : JSON.parse(plain, exactNumber);
  } catch (error) {
    // The engine's message quotes the payload; the position is all that may leave.
    throw malformed('the value is not JSON', positionOnly(error));
  }
}

/** A number that JavaScript would write otherwise, with what the record wrote. */
export class ExactNumber {
  readonly value: number;
  readonly source: string;

  constructor(value: number, source: string) {
    this.value = value;
    this.source = source;
  }
}

/** A number keeps its digits: an identifier must not change on its way. */
function exactNumber(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source ?? String(value);
  return source === String(value) ? value : new ExactNumber(value, source);
}

function positionOnly(error: unknown): Error {
  const position = error instanceof Error ? /position (\d+)/u.exec(error.message)?.[1] : undefined;
  return new Error(position === undefined ? 'unexpected end' : `at byte ${position}`);
}

function isNestedTooDeep(value: Uint8Array): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < value.length; index += 1) {
    const byte = value[index] ?? 0;
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString) index += byte === BACKSLASH ? 1 : 0;
    else if (OPENERS.has(byte)) depth += 1;
    else if (CLOSERS.has(byte)) depth -= 1;
    if (depth > JSON_DEPTH_MAX) return true;
  }
  return false;
}

function malformed(message: string, cause?: unknown): RecordError {
  return new RecordError('RECORD_MALFORMED', message, { kind: 'permanent', cause });
}
