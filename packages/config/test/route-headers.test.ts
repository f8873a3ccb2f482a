import { RESERVED_HEADERS } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { faultsOf, MINIMAL } from './load.ts';

function requestWith(more: string): string {
  return MINIMAL.replace('/send }', `/send, ${more} }`);
}

describe('a header that NetScope sets itself', () => {
  it.each([...RESERVED_HEADERS])('is set by no route: %s', (name) => {
    const faults = faultsOf(requestWith(`headers: { ${name.toUpperCase()}: x }`));
    expect(faults).toEqual([
      {
        path: `routes.0.request.headers.${name.toUpperCase()}`,
        where: 'netscope.yaml:8',
        found: `the header ${name.toUpperCase()}`,
        expected: expect.stringContaining('a header that a route may set'),
      },
    ]);
  });

  it('is forwarded by none', () => {
    expect(faultsOf(requestWith('forward_headers: [x-a, Connection]'))).toEqual([
      {
        path: 'routes.0.request.forward_headers.1',
        where: 'netscope.yaml:8',
        found: '"Connection"',
        expected: expect.stringContaining('NetScope itself sets host, connection'),
      },
    ]);
  });
});
