import { describe, expect, it } from 'vitest';

import { faultsOf, load, MINIMAL } from './load.ts';

const CHOSEN = `${MINIMAL}delivery: { ambiguous: retry }\n`;

function routeWith(audit: string): string {
  return CHOSEN.replace('delivery:', `    audit: { bodies: redacted, ${audit} }\ndelivery:`);
}

describe('what a route lets into the audit trail', () => {
  it('is a list of paths and of header names, whose case does not count', () => {
    const text = routeWith(
      'paths: [order.id, items.*.sku, items.0.x-1], headers: [X-Tenant, x-tenant]',
    );
    const { config } = load(text);
    expect(config.routes[0]?.auditBodies).toBe('digest');
    expect(config.routes[0]?.auditExcerpt).toEqual({
      paths: [
        ['order', 'id'],
        ['items', '*', 'sku'],
        ['items', '0', 'x-1'],
      ],
      headers: ['x-tenant'],
    });
  });

  it.each(['audit: { bodies: digest, paths: [a] }', 'audit: { bodies: none, headers: [x-a] }'])(
    'is nothing unless bodies is redacted: %s',
    (audit) => {
      const { config } = load(CHOSEN.replace('delivery:', `    ${audit}\ndelivery:`));
      expect(config.routes[0]?.auditExcerpt).toBeUndefined();
    },
  );

  it('is in the effective configuration as it was written', () => {
    const { effective } = load(routeWith('paths: [order.id], headers: [X-Tenant]')).config;
    expect(JSON.stringify(effective)).toContain(
      '"audit":{"bodies":"redacted","paths":["order.id"],"headers":["X-Tenant"]}',
    );
  });

  it.each([
    '$.order.id',
    '/order/id',
    '"items[*].sku"',
    'a..b',
    '.a',
    'a.',
    'a.*b',
    '"a b"',
    '""',
    String.raw`"a\ud800"`,
    '"*x"',
  ])('is a fault for the path %s, told at its place', (path) => {
    const faults = faultsOf(routeWith(`paths: [order.id, ${path}]`));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({
      path: 'routes.0.audit.paths.1',
      where: expect.stringMatching(/^netscope\.yaml:\d+$/),
      expected: expect.stringContaining('names joined by dots'),
    });
  });

  it.each([
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'x-api-key',
    'X-Auth-Token',
    'webhook-signature',
    'x-session-id',
    'authentication-info',
  ])('never is the header %s, whatever bodies says', (name) => {
    for (const bodies of ['redacted', 'digest']) {
      const text = routeWith(`headers: [x-tenant, ${name}]`).replace('redacted', bodies);
      expect(faultsOf(text)).toEqual([
        expect.objectContaining({
          path: 'routes.0.audit.headers.1',
          found: `"${name}"`,
          expected: 'a header that holds no credential: the trail never shows those',
        }),
      ]);
    }
  });

  it('never is a name that no header can have', () => {
    expect(faultsOf(routeWith('headers: ["x tenant"]'))).toMatchObject([
      { path: 'routes.0.audit.headers.0', expected: 'a header name' },
    ]);
  });
});
