const QUOTE = '"';
const BACKSLASH = '\\';
const COLON = /\s*:/uy;

/**
 * A text that is JSON, its names with no escape that JSON does not need. V8's own reading takes a name
 * with an escape for one that ends in a backslash, where it has read an object with that before
 * (nodejs/node#63785).
 */
export function withPlainNames(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let open = text.indexOf(QUOTE);
  while (open !== -1) {
    const end = endOfString(text, open);
    const string = text.slice(open, end);
    if (string.includes(BACKSLASH) && isName(text, end)) {
      const name: unknown = JSON.parse(string);
      parts.push(text.slice(copied, open), JSON.stringify(name));
      copied = end;
    }
    open = text.indexOf(QUOTE, end);
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
}

function isName(text: string, end: number): boolean {
  COLON.lastIndex = end;
  return COLON.test(text);
}

/** Behind the quote that closes the string; no expression, whose stack a long one would fill. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf(QUOTE, open + 1);
  while (isEscaped(text, close)) close = text.indexOf(QUOTE, close + 1);
  return close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
