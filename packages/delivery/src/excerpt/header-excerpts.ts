import { type AuditExcerpt, EXCERPT_BYTES_MAX, type ResponseHeaders } from '@netscope/domain';

import { NOTHING } from './body-excerpts.ts';

/** The opening brace, which takes the place of a comma, and the closing one. */
const BRACES_BYTES = 1;

/** Takes out of the headers of a request or a response those that are allowed by name. */
export class HeaderExcerpts {
  readonly #names: readonly string[];

  /** Lower-case names. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Of names and values in turn, names in lower case. */
  ofRequest(headers: readonly string[]): AuditExcerpt {
    if (this.#names.length === 0) return NOTHING;
    return this.#of((name) => {
      let value: string | undefined;
      for (let index = 0; index < headers.length; index += 2) {
        if (headers[index] === name) value = joined(value, headers[index + 1] ?? '');
      }
      return value;
    });
  }

  ofResponse(headers: ResponseHeaders): AuditExcerpt {
    if (this.#names.length === 0) return NOTHING;
    return this.#of((name) => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      return typeof value === 'object' ? value.join(', ') : value;
    });
  }

  #of(valueOf: (name: string) => string | undefined): AuditExcerpt {
    let json = '';
    let bytes = BRACES_BYTES;
    let omitted = 0;
    for (const name of this.#names) {
      const value = valueOf(name);
      if (value === undefined) continue;
      const member = `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
      bytes += Buffer.byteLength(member);
      if (bytes <= EXCERPT_BYTES_MAX.headers) json += member;
      else {
        bytes -= Buffer.byteLength(member);
        omitted += 1;
      }
    }
    if (json === '') return omitted === 0 ? NOTHING : { ...NOTHING, omitted };
    return { json: Buffer.from(`{${json.slice(1)}}`), omitted, unread: undefined };
  }
}

/** What RFC 9110, 5.2, makes of a field that stands more than once. */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
