import { RecordError } from '@netscope/domain';

/** Deeper nesting than any sensible record has; past it a reader's stack is at stake downstream. */
export const JSON_DEPTH_MAX = 128;

const SCHEMA_FRAME_MARK = 0x00;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Digits enough to pass 2^53; only then is the slower exact reading worth its cost. */
const LONG_NUMBER = /\d{16}/u;

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
  if (typeof found === 'boolean') return String(found);
  return typeof found === 'number' || typeof found === 'bigint' ? String(found) : undefined;
}

/** What stands at a dotted path: own properties only; list items by their index. */
export function valueAt(parsed: unknown, path: readonly string[]): unknown {
  let current = parsed;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
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
    const parsed: unknown = LONG_NUMBER.test(text)
      ? JSON.parse(text, exactNumber)
      : JSON.parse(text);
    return parsed;
  } catch (error) {
    // The engine's message quotes the payload; the position is all that may leave.
    throw malformed('the value is not JSON', positionOnly(error));
  }
}

/** An integer past 2^53 keeps its digits: an identifier must not change on its way. */
function exactNumber(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/u.test(source) ? BigInt(source) : value;
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
