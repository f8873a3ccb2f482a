import { RESERVED_HEADERS } from '@netscope/domain';

import type { RouteSettings } from '../schema/settings-schema.ts';
import type { Finding, RouteCheck } from './finding.ts';

/** What the headers of a call must hold to, beyond the form of each. */
export const HEADER_CHECKS: readonly RouteCheck[] = [setHeaders, forwardedHeaders];

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
  return request.forward_headers
    .map((name, index) => ({ name, path: [...at, 'request', 'forward_headers', String(index)] }))
    .filter(({ name }) => RESERVED_HEADERS.has(name.toLowerCase()))
    .map(({ path }) => ({ path, expected: NOT_RESERVED }));
}

const NOT_RESERVED = `a header that a route may set; NetScope itself sets ${[...RESERVED_HEADERS].join(', ')}`;
