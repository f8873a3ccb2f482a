import type { z } from 'zod';

import { factsAt } from '../schema-walk.ts';

/** What stands in the place of a secret. */
export const REDACTED = '(redacted)';

/** Names under which users keep secrets in maps of their own: headers, queries, JSON bodies. */
export const SECRET_NAME: RegExp =
  /authorization|cookie|token|secret|passw(?:or)?d|passphrase|credential|signature|x-auth|jwt|dpop|(?:access|account|api|app|auth|client|functions?|license|master|private|shared|subscription)[-_]?key/i;
/** A value that says itself that it is a credential, whatever it is called: the scheme, and the rest. */
export const CREDENTIAL_VALUE: RegExp = /^((?:basic|bearer|digest|negotiate) +)\S.*$/is;
/** Keys of a route below which every name is the user's own. */
const USER_MAPS: ReadonlySet<string> = new Set(['headers', 'query', 'value', 'json']);

/** Whether the value at this path must never be shown. */
export function isSecret(settings: z.core.$ZodType, path: readonly PropertyKey[]): boolean {
  if (factsAt(settings, path)?.secret === true) return true;
  if (path[0] !== 'routes') return false;
  const map = path.findIndex((key) => typeof key === 'string' && USER_MAPS.has(key));
  return map !== -1 && path.slice(map + 1).some((key) => SECRET_NAME.test(String(key)));
}

/** A copy with every secret that is set replaced; an empty one stays, for it tells that none is. */
export function redact(settings: z.core.$ZodType, value: unknown): unknown {
  return redactAt(value, [], settings);
}

function redactAt(value: unknown, path: readonly string[], settings: z.core.$ZodType): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => redactAt(item, [...path, String(index)], settings));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redactAt(inner, [...path, key], settings)]),
    );
  }
  if (value === '' || value === null || value === undefined) return value;
  if (isSecret(settings, path)) return REDACTED;
  return typeof value === 'string' ? withoutCredentials(value) : value;
}

/** The scheme is bounded, or a long word would cost the square of its length. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#]*@/gi;
const QUERY = /(?<!\S)([^\s?]*\?)(\S+)/g;
/** The same with no scheme before it, as where brokers are named. */
const BARE_USER_INFO = /(?<!\S)[^\s:@/?#]+:(?!\/\/)\S*@/g;

/**
 * A text without the credential that it is, and its URLs without the user, the password and the values
 * of a query that they hold.
 */
function withoutCredentials(text: string): string {
  const plain = text.replace(CREDENTIAL_VALUE, `$1${REDACTED}`);
  return withoutValues(plain.replaceAll(USER_INFO, `$1${REDACTED}@`), (address) =>
    address.includes('://'),
  );
}

/** The same of what was meant as an address and may be none, having no scheme. */
export function withoutLikelyCredentials(text: string): string {
  const plain = withoutCredentials(text).replaceAll(BARE_USER_INFO, `${REDACTED}@`);
  return withoutValues(plain, (_, query) => query.includes('='));
}

function withoutValues(
  text: string,
  isAddress: (before: string, query: string) => boolean,
): string {
  return text.replaceAll(QUERY, (all, before: string, query: string) =>
    isAddress(before, query) ? before + query.split('&').map(withoutValue).join('&') : all,
  );
}

/** A pair with no name may be a secret as a whole. */
function withoutValue(pair: string): string {
  return pair === '' ? pair : pair.slice(0, pair.indexOf('=') + 1) + REDACTED;
}
