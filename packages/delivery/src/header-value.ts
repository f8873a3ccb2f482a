import { RecordError } from '@netscope/domain';

/** Visible ASCII, space, tab and Latin-1: what a header field may hold (RFC 9110, 5.5). */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/u;

/** Longest value of one header, characters; servers commonly take 16 KiB for all of them. */
const HEADER_CHARS_MAX = 16_384;

/** The text, where a header may hold it. @throws {RecordError} naming the place where none may. */
export function headerValue(place: string, text: string, charsMax = HEADER_CHARS_MAX): string {
  if (text.length > charsMax) {
    throw new RecordError(
      'RECORD_MALFORMED',
      `${place}: the value is ${text.length} characters, more than ${charsMax}`,
      { kind: 'permanent', details: { chars: text.length, charsMax } },
    );
  }
  if (HEADER_VALUE.test(text)) return text;
  throw new RecordError(
    'RECORD_MALFORMED',
    `${place}: the value holds a line break or a character that no header may hold`,
    { kind: 'permanent' },
  );
}
