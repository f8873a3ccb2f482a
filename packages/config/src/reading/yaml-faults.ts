/**
 * Our own sentences for the parser's codes: its messages may quote the text, and the text may hold a
 * secret.
 */
const SENTENCES: Readonly<Record<string, readonly [found: string, expected: string]>> = {
  BAD_ALIAS: ['an alias that cannot be used', 'an alias of an anchor that stands before it'],
  BAD_DQ_ESCAPE: ['an unknown escape in a double-quoted text', 'single quotes, or \\\\'],
  BAD_INDENT: ['a wrong indentation', 'the keys of one map in one column'],
  BAD_SCALAR_START: ['a text that begins with a reserved character', 'the text in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second colon in one line', 'one key a line, or the text in quotes'],
  BLOCK_IN_FLOW: ['a block inside { } or [ ]', 'one style inside the brackets'],
  DUPLICATE_KEY: ['a key that stands twice in its map', 'each key once'],
  MISSING_CHAR: ['an unfinished line', 'the closing quote, bracket, colon or comma'],
  MULTILINE_IMPLICIT_KEY: ['a key over several lines', 'a key on one line'],
  MULTIPLE_DOCS: ['a second document', 'one document, without ---'],
  NON_STRING_KEY: ['a key that is no text', 'a name'],
  RESOURCE_EXHAUSTION: ['brackets nested too deeply', 'at most 32 levels'],
  TAB_AS_INDENT: ['a tab as indentation', 'spaces'],
  TAG_RESOLVE_FAILED: ['an unknown tag', 'a value without !'],
  UNEXPECTED_TOKEN: ['something that YAML does not allow here', 'a key and its value'],
};

/** The parser has one code for this and for keys out of line; its message begins with `Flow`. */
const OPEN_BRACKET = [
  'a { or [ that nothing closes here',
  'its } or ], in no column before its key',
] as const;

/** What was found and what would be right, by the code and message of the YAML parser. */
export function yamlFault(
  code: string,
  message = '',
): { readonly found: string; readonly expected: string } {
  const isOpen = code === 'BAD_INDENT' && message.startsWith('Flow ');
  const [found, expected] = isOpen
    ? OPEN_BRACKET
    : (SENTENCES[code] ?? ['text that is no YAML', 'YAML 1.2']);
  return { found, expected };
}
