/** Placeholders that need nothing but their name. */
export const PLAIN_PLACEHOLDERS = [
  'key',
  'topic',
  'partition',
  'offset',
  'timestamp',
  'trace_id',
  'idempotency_key',
] as const;

export type PlainPlaceholder = (typeof PLAIN_PLACEHOLDERS)[number];

/** What a placeholder reads from a record; `text` is how it was written, without the braces. */
export type Placeholder =
  | { readonly kind: PlainPlaceholder; readonly text: string }
  | { readonly kind: 'header'; readonly text: string; readonly name: string }
  | { readonly kind: 'value'; readonly text: string; readonly path: readonly string[] };

export type TemplatePart = { readonly kind: 'literal'; readonly text: string } | Placeholder;

/** A parsed template: never two literals in a row, never an empty one. */
export type Template = readonly TemplatePart[];

/** Why a text is no template. */
export interface TemplateFault {
  /** Index of the character that is at fault, from 0. */
  readonly position: number;
  readonly message: string;
}

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'fault'; readonly fault: TemplateFault };

/**
 * Parses `{key}`, `{header.NAME}`, `{value.a.b}` and the plain placeholders. `{{` and `}}` are one
 * brace; a `}` that closes nothing stands for itself.
 */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = [];
  let literal = '';
  let position = 0;
  while (position < text.length) {
    const token = readToken(text, position);
    if (token.kind === 'fault') return token;
    if (token.kind === 'text') {
      literal += token.text;
    } else {
      if (literal !== '') parts.push({ kind: 'literal', text: literal });
      parts.push(token.placeholder);
      literal = '';
    }
    position = token.end;
  }
  if (literal !== '') parts.push({ kind: 'literal', text: literal });
  return { kind: 'template', template: parts };
}

/**
 * Reads what stands between the braces, as `idempotency.from` writes it too; `undefined` where it is
 * no known name.
 */
export function parsePlaceholder(text: string): Placeholder | undefined {
  const plain = PLAIN_PLACEHOLDERS.find((name) => name === text);
  if (plain !== undefined) return { kind: plain, text };
  if (text.startsWith(HEADER_PREFIX)) return headerPlaceholder(text);
  if (text.startsWith(VALUE_PREFIX)) return valuePlaceholder(text);
  return undefined;
}

const HEADER_PREFIX = 'header.';
const VALUE_PREFIX = 'value.';
const KNOWN_NAMES = `${PLAIN_PLACEHOLDERS.join(', ')}, header.NAME, value.a.b`;

type Token =
  | { readonly kind: 'text'; readonly text: string; readonly end: number }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder; readonly end: number }
  | { readonly kind: 'fault'; readonly fault: TemplateFault };

function readToken(text: string, start: number): Token {
  const first = text[start];
  if (first === '{') {
    return text[start + 1] === '{' ? brace('{', start) : readPlaceholder(text, start);
  }
  if (first === '}' && text[start + 1] === '}') return brace('}', start);
  let end = start + 1;
  while (end < text.length && text[end] !== '{' && text[end] !== '}') end += 1;
  return { kind: 'text', text: text.slice(start, end), end };
}

function brace(text: string, start: number): Token {
  return { kind: 'text', text, end: start + 2 };
}

function readPlaceholder(text: string, start: number): Token {
  const close = text.indexOf('}', start);
  if (close === -1) return fault(start, 'a brace that is not closed (a literal one is {{)');
  const name = text.slice(start + 1, close);
  const placeholder = parsePlaceholder(name);
  if (placeholder === undefined) {
    return fault(start + 1, `the unknown placeholder {${name}} (known are ${KNOWN_NAMES})`);
  }
  return { kind: 'placeholder', placeholder, end: close + 1 };
}

function fault(position: number, message: string): Token {
  return { kind: 'fault', fault: { position, message } };
}

/** HTTP's token (RFC 9110), which record headers that come from HTTP hold to. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

function headerPlaceholder(text: string): Placeholder | undefined {
  const name = text.slice(HEADER_PREFIX.length);
  return HEADER_NAME.test(name) ? { kind: 'header', text, name } : undefined;
}

function valuePlaceholder(text: string): Placeholder | undefined {
  const path = text.slice(VALUE_PREFIX.length).split('.');
  const isPath = path.every((name) => name !== '' && !/[{}\s]/.test(name));
  return isPath ? { kind: 'value', text, path } : undefined;
}
