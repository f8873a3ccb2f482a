import { RESERVED_HEADERS } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { faultsOf, load, MINIMAL } from './load.ts';

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

describe('the header of the idempotency key', () => {
  it.each([...RESERVED_HEADERS, 'Content-Type', 'Host'])('is never %s', (name) => {
    expect(faultsOf(`${MINIMAL}    idempotency: { header: ${name} }\n`)).toEqual([
      {
        path: 'routes.0.idempotency.header',
        where: 'netscope.yaml:9',
        found: `"${name}"`,
        expected: 'a header of its own for the key, as Idempotency-Key',
      },
    ]);
  });

  it.each([
    ['unless named', '', 'idempotency-key'],
    ['by name', '    idempotency: { header: X-Key }\n', 'x-key'],
  ])('is not forwarded, the call has it already: %s', (_what, more, name) => {
    expect(faultsOf(`${requestWith(`forward_headers: [${name}]`)}${more}`)).toMatchObject([
      {
        path: 'routes.0.request.forward_headers.0',
        expected: expect.stringContaining(`idempotency.from: header.${name}`),
      },
    ]);
  });

  it('is warned of where a route sets it too', () => {
    const { warnings } = load(requestWith('headers: { idempotency-key: x }'));
    expect(warnings).toContainEqual({
      path: 'routes.0.request.headers.idempotency-key',
      where: 'netscope.yaml:8',
      message: expect.stringContaining('without effect'),
    });
  });
});
