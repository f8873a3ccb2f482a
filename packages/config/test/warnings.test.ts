import { describe, expect, it } from 'vitest';

import { load, MINIMAL } from './load.ts';

const CHOSEN = `${MINIMAL}delivery: { ambiguous: retry }\n`;
const UPSTREAM = 'origin: https://partner.example.net';

function warningsOf(text: string): readonly string[] {
  return load(text).warnings.map(({ path, message }) => `${path}: ${message}`);
}

function upstreamWith(more: string): string {
  return CHOSEN.replace(UPSTREAM, `${UPSTREAM}, ${more}`);
}

function plainWith(more: string): string {
  return upstreamWith(more).replace('https:', 'http:');
}

function requestWith(more: string): string {
  return CHOSEN.replace('/send }', `/send, ${more} }`);
}

function routeWith(more: string): string {
  return CHOSEN.replace('delivery:', `    ${more}\ndelivery:`);
}

describe('a status in success and in transient', () => {
  it.each([
    ['503', 'success: [2xx, 503]'],
    ['408', 'success: [200, 4xx]'],
    ['5xx', 'success: [5xx]'],
    ['204', 'transient: [204]'],
  ])('is told: %s', (status, more) => {
    expect(warningsOf(routeWith(more))).toContainEqual(
      expect.stringContaining(`routes.0.transient: ${status} is in success and in transient`),
    );
  });

  it('is not one beside another of its class', () => {
    expect(warningsOf(routeWith('success: [2xx, 409]'))).toEqual([]);
  });
});

describe('a feature that is not there yet', () => {
  it.each([
    [
      'http.auth.kind',
      `${CHOSEN}http: { auth: { kind: static, tokens: [{ name: a, sha256: ${'a'.repeat(64)}, roles: [viewer] }] } }`,
    ],
    ['upstreams.partner.proxy', upstreamWith('proxy: { url: "http://proxy:3128" }')],
    ['upstreams.partner.auth', upstreamWith('auth: { kind: bearer, token_file: t }')],
    ['routes.0.request.cloudevents', requestWith('cloudevents: binary')],
    ['routes.0.request.body', requestWith('body: { json: { a: "{key}" } }')],
    ['routes.0.response', routeWith('response: { topic: answers }')],
    ['telemetry.otlp_endpoint', `${CHOSEN}telemetry: { otlp_endpoint: "http://otel:4318" }`],
  ])('is a warning that says so: %s', (path, text) => {
    const warnings = warningsOf(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(new RegExp(`^${path}: not in this release yet: `));
  });

  it('says loudly what is sent instead', () => {
    expect(warningsOf(requestWith('body: { json: {} }'))[0]).toContain('SENT AS IT IS');
  });

  it('tells where it was set', () => {
    const [warning] = load(`${CHOSEN}telemetry: { otlp_endpoint: "http://otel:4318" }`).warnings;
    expect(warning?.where).toBe('netscope.yaml:10');
  });

  it('is silent at its default, written or not', () => {
    expect(warningsOf(CHOSEN)).toEqual([]);
    expect(warningsOf(requestWith('body: none'))).toEqual([]);
    expect(warningsOf(routeWith('audit: { bodies: none }'))).toEqual([]);
    expect(warningsOf(routeWith('audit: { bodies: redacted, paths: [a] }'))).toEqual([]);
    expect(warningsOf(upstreamWith('auth: { kind: none }, proxy: { url: null }'))).toEqual([]);
  });
});

describe('what may not be meant', () => {
  it.each(['POST', 'PATCH'])('warns of a %s that may act twice where nobody chose', (method) => {
    const text = MINIMAL.replace('/send }', `/send, method: ${method} }`);
    expect(warningsOf(text)).toEqual([
      expect.stringMatching(/^routes\.0\.idempotency\.honoured: .*delivery\.ambiguous/),
    ]);
  });

  it.each([
    ['the method is idempotent', MINIMAL.replace('/send }', '/send, method: PUT }')],
    ['the key is honoured', `${MINIMAL}    idempotency: { honoured: true }`],
    ['the route skips', `${MINIMAL}    action: skip`],
    ['somebody chose retry', CHOSEN],
    ['somebody chose park', CHOSEN.replace('retry', 'park')],
  ])('is silent about it where %s', (_name, text) => {
    expect(warningsOf(text).filter((line) => line.includes('honoured'))).toEqual([]);
  });

  it('hears a choice made by a variable', () => {
    expect(load(MINIMAL, { NETSCOPE_DELIVERY_AMBIGUOUS: 'retry' }).warnings).toEqual([]);
  });

  it('warns of no route, and of an upstream that none names', () => {
    expect(warningsOf('upstreams: { p: { origin: "http://x" } }')).toEqual([
      expect.stringMatching(/^upstreams\.p: no route/),
      expect.stringMatching(/^routes: no route/),
    ]);
  });

  it('warns of an external_ip_url that is not asked, since external_ip is given', () => {
    const url = 'external_ip_url: "https://ip.example"';
    expect(warningsOf(upstreamWith(`network: { ${url}, external_ip: 203.0.113.7 }`))).toEqual([
      'upstreams.partner.network.external_ip_url: nobody is asked: external_ip is 203.0.113.7',
    ]);
    expect(warningsOf(upstreamWith(`network: { ${url} }`))).toEqual([]);
  });

  it('warns of a route whose topics an earlier one takes whole, and of no other', () => {
    const route = (name: string, topics: string, more = ''): string =>
      `  - { name: ${name}, topics: [${topics}], action: skip${more} }\n`;
    const some = ', match: { headers: { kind: draft } }';
    const text = CHOSEN.replace(
      'delivery:',
      [
        route('drafts', 'other', some),
        route('rest', 'other'),
        route('late', 'netscope.ingress, other', some),
        route('wider', 'netscope.ingress, third'),
      ].join('') + 'delivery:',
    );
    expect(warningsOf(text)).toEqual([
      'routes.3: no record comes to it: partner-send, rest before it matches every record of netscope.ingress, other',
    ]);
  });

  it.each([
    ['{ bodies: redacted }', 'routes.0.audit.bodies: neither paths nor headers: digests are kept'],
    [
      '{ paths: [a] }',
      'routes.0.audit.paths: without effect: bodies is digest, and only redacted shows anything',
    ],
    [
      '{ bodies: none, headers: [x-tenant] }',
      'routes.0.audit.headers: without effect: bodies is none, and only redacted shows anything',
    ],
    [
      '{ bodies: redacted, paths: [id, card.token] }',
      'routes.0.audit.paths.1: card.token sounds like a secret, and the audit trail will hold it in clear',
    ],
  ])('warns of what an audit shows that may not be meant: %s', (audit, warning) => {
    expect(warningsOf(routeWith(`audit: ${audit}`))).toEqual([warning]);
  });

  it('warns of a segment that is larger than the spool', () => {
    const text = `${CHOSEN}audit: { segment: { bytes_max: 64MiB }, spool: { bytes_max: 32MiB } }\n`;
    expect(warningsOf(text)).toEqual([
      'audit.segment.bytes_max: over audit.spool.bytes_max (33554432): the spool is full before a segment is, and is emptied by age_max_ms alone',
    ]);
  });

  it('warns of a GET with a body', () => {
    expect(warningsOf(requestWith('method: GET'))[0]).toMatch(/^routes\.0\.request\.body: a GET/);
    expect(warningsOf(requestWith('method: GET, body: none'))).toEqual([]);
  });

  it.each([
    [
      'too few connections for its bulkhead',
      upstreamWith('bulkhead: { in_flight: 65 }'),
      'upstreams.partner.connections.max: below bulkhead.in_flight (65), which it cuts to 64',
    ],
    [
      'a backoff that no call has time for',
      upstreamWith('retry: { base_ms: 1500 }'),
      'upstreams.partner.retry.base_ms: not below timeouts.global_ms (1500)',
    ],
    [
      'a drain that is cut',
      `${CHOSEN}source: { kafka: { revoke_drain_ms: 5000, session_timeout_ms: 9000 } }`,
      'source.kafka.revoke_drain_ms: over half of session_timeout_ms, to which it is cut: 4500 ms',
    ],
  ])('warns of %s', (_what, text, warning) => {
    const warnings = warningsOf(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(warning);
  });

  const file = 'server_name: x';
  it.each([
    ['source.kafka.tls.server_name', `${CHOSEN}source: { kafka: { tls: { ${file} } } }`],
    ['source.kafka.sasl.username', `${CHOSEN}source: { kafka: { sasl: { username: u } } }`],
    ['source.kafka.sasl.password', `${CHOSEN}source: { kafka: { sasl: { password: p } } }`],
    ['audit.rgw.access_key_id', `${CHOSEN}audit: { rgw: { access_key_id: a } }`],
    ['audit.rgw.secret_access_key', `${CHOSEN}audit: { rgw: { secret_access_key: a } }`],
    ['audit.hash.key_file', `${CHOSEN}audit: { hash: { key_file: a } }`],
    ['source.kafka.start_budget_ms', `${CHOSEN}source: { kafka: { start_budget_ms: 29999 } }`],
    ['shutdown.drain_ms', `${CHOSEN}shutdown: { drain_ms: 2000 }`],
    ['source.kafka.revoke_drain_ms', `${CHOSEN}source: { kafka: { revoke_drain_ms: 1499 } }`],
    ['routes.0.request.forward_headers.0', requestWith('forward_headers: [Content-Type]')],
    ['routes.0.request.forward_headers.1', requestWith('forward_headers: [x-a, netscope-reason]')],
    [
      'routes.0.request.forward_headers.0',
      requestWith('headers: { X-A: b }, forward_headers: [x-a]'),
    ],
    ['upstreams.partner.tls.server_name', plainWith(`tls: { ${file} }`)],
    ['upstreams.partner.connections.http2', plainWith('connections: { http2: true }')],
    ['upstreams.partner.rate_limit.burst', upstreamWith('rate_limit: { burst: 1 }')],
    [
      'upstreams.partner.retry.attempts',
      upstreamWith('retry: { budget_ratio: 0, budget_min_per_second: 0 }'),
    ],
    [
      'upstreams.partner.bulkhead.in_flight',
      `${upstreamWith('bulkhead: { in_flight: 60 }')}source: { records_in_flight: 59 }`,
    ],
  ])('warns of one of a pair that the other leaves without effect, or bounds: %s', (path, text) => {
    const warnings = warningsOf(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.startsWith(`${path}: `)).toBe(true);
  });

  it.each([
    `${CHOSEN}source: { kafka: { tls: { enabled: true, ${file} } } }`,
    `${CHOSEN}source: { kafka: { sasl: { mechanism: plain, username: u, password: p } } }`,
    `${CHOSEN}source: { kind: embedded, kafka: { tls: { ${file} }, start_budget_ms: 1 } }`,
    `${CHOSEN}audit: { rgw: { access_key_id: a, secret_access_key: b } }`,
    `${CHOSEN}audit: { store: directory, rgw: { access_key_id: a } }`,
    `${CHOSEN}shutdown: { drain_ms: 2143 }`,
    `${CHOSEN}source: { kafka: { revoke_drain_ms: 1500 } }`,
    requestWith('headers: {}, forward_headers: [content-type]'),
    upstreamWith(`tls: { ${file} }, connections: { http2: true }`),
    upstreamWith('rate_limit: { burst: 1, per_second: 1 }'),
    upstreamWith('retry: { attempts: 1, budget_ratio: 0, budget_min_per_second: 0 }'),
    `${upstreamWith('bulkhead: { in_flight: 60 }')}source: { records_in_flight: 60 }`,
  ])('is silent about a pair that goes together: %#', (text) => {
    expect(warningsOf(text)).toEqual([]);
  });

  it.each([
    [
      'connections that many calls share',
      'bulkhead: { in_flight: 65 }, connections: { http2: true }',
    ],
    ['a backoff of a call that has one attempt', 'retry: { attempts: 1, base_ms: 1500 }'],
  ])('is silent about %s', (_what, more) => {
    expect(warningsOf(upstreamWith(more))).toEqual([]);
  });
});
