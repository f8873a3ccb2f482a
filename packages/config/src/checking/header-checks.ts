import { RESERVED_HEADERS } from '@netscope/domain';

import type { RouteSettings } from '../schema/settings-schema.ts';
import type { Finding, RouteCheck } from './finding.ts';

/** What the headers of a call must hold to, beyond the form of each. */
export const HEADER_CHECKS: readonly RouteCheck[] = [
  setHeaders,
  forwardedHeaders,
  keyHeader,
  forwardedKeys,
  twiceSet,
];

function setHeaders({ request }: RouteSettings, at: readonly string[]): readonly Finding[] {
  return Object.keys(request.headers)
    .filter((name) => RESERVED_HEADERS.has(name.toLowerCase()))
    .map((name) => ({
      path: [...at, 'request', 'headers', name],
      found: `the header ${name}`,
      expected: NOT_RESERVED,
    }));
}

function forwardedHeaders({ request }: RouteSettings, at: readonly string[]): readonly Finding[] {
  return forwarded(request, at)
    .filter(({ name }) => RESERVED_HEADERS.has(name.toLowerCase()))
    .map(({ path }) => ({ path, expected: NOT_RESERVED }));
}

function forwarded({ forward_headers: names }: RouteSettings['request'], at: readonly string[]) {
  return names.map((name, index) => ({
    name,
    path: [...at, 'request', 'forward_headers', String(index)],
  }));
}

const NOT_RESERVED = `a header that a route may set; NetScope itself sets ${[...RESERVED_HEADERS].join(', ')}`;

function keyHeader({ idempotency }: RouteSettings, at: readonly string[]): readonly Finding[] {
  const name = idempotency.header.toLowerCase();
  if (!RESERVED_HEADERS.has(name) && name !== 'content-type') return [];
  const expected = 'a header of its own for the key, as Idempotency-Key';
  return [{ path: [...at, 'idempotency', 'header'], expected }];
}

/** The call would carry the header twice: the record's and its own. */
function forwardedKeys(
  { request, idempotency }: RouteSettings,
  at: readonly string[],
): readonly Finding[] {
  return forwarded(request, at)
    .filter(({ name }) => isSame(name, idempotency.header))
    .map(({ name, path }) => ({
      path,
      others: [[...at, 'idempotency', 'header']],
      expected: `a header other than that of the key; idempotency.from: header.${name} makes the record's the key`,
    }));
}

/** Names of headers are the same in any case. */
function twiceSet({ request }: RouteSettings, at: readonly string[]): readonly Finding[] {
  const names = Object.keys(request.headers);
  return names.flatMap((name, index) => {
    const former = names.slice(0, index).find((other) => isSame(other, name));
    if (former === undefined) return [];
    const expected = `one of ${former} and ${name}, which are the same header`;
    return [{ path: [...at, 'request', 'headers', name], found: `the header ${name}`, expected }];
  });
}

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
