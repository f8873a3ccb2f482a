import { describe, expect, it } from 'vitest';

import { faultsOf, MINIMAL } from './load.ts';

const UPSTREAM = 'origin: https://partner.example.net';

function upstreamWith(more: string): string {
  return MINIMAL.replace(UPSTREAM, `${UPSTREAM}, ${more}`);
}

function routeWith(more: string): string {
  return `${MINIMAL}    ${more}\n`;
}

describe('a contradiction', () => {
  it.each([
    [
      'connect over global',
      upstreamWith('timeouts: { connect_ms: 1501 }'),
      'upstreams.partner.timeouts.connect_ms',
    ],
    [
      'read over global',
      upstreamWith('timeouts: { read_ms: 1501 }'),
      'upstreams.partner.timeouts.read_ms',
    ],
    ['base over cap', upstreamWith('retry: { base_ms: 2001 }'), 'upstreams.partner.retry.base_ms'],
    [
      'open over its maximum',
      upstreamWith('circuit: { open_ms: 60001 }'),
      'upstreams.partner.circuit.open_ms',
    ],
    [
      'backoff over its cap',
      `${MINIMAL}delivery: { backoff_base_ms: 60001 }`,
      'delivery.backoff_base_ms',
    ],
    [
      'an external_ip that is no address',
      upstreamWith('network: { external_ip: gateway.example.net }'),
      'upstreams.partner.network.external_ip',
    ],
    [
      'an external_ip_url with a password',
      upstreamWith('network: { external_ip_url: "https://me:secret@ip.example" }'),
      'upstreams.partner.network.external_ip_url',
    ],
    [
      'an external_ip_url that is no address',
      upstreamWith('network: { external_ip_url: "https://ip.example:99999/" }'),
      'upstreams.partner.network.external_ip_url',
    ],
    [
      'an unknown upstream',
      MINIMAL.replace('upstream: partner', 'upstream: other'),
      'routes.0.upstream',
    ],
    ['no upstream to send to', MINIMAL.replace('    upstream: partner\n', ''), 'routes.0.upstream'],
    [
      'no path to send to',
      MINIMAL.replace('request: { path: /v1/partner/send }', 'order: key'),
      'routes.0.request.path',
    ],
    [
      'dead letters that a route reads',
      `${MINIMAL}source: { kafka: { dead_letter_topic: netscope.ingress } }`,
      'source.kafka.dead_letter_topic',
    ],
    [
      'dead letters that a route reads, by template',
      `${MINIMAL.replace('[netscope.ingress]', '[a, a.dead]')}source: { kafka: { dead_letter_topic: "{topic}.dead" } }`,
      'source.kafka.dead_letter_topic',
    ],
    [
      'responses that a route reads',
      routeWith('response: { topic: netscope.ingress }'),
      'routes.0.response.topic',
    ],
    ['an open host without authentication', `${MINIMAL}http: { host: 0.0.0.0 }`, 'http.host'],
    [
      'an open host with authentication to come',
      `${MINIMAL}http: { host: "::", auth: { kind: static, tokens: [{ name: a, sha256: ${'a'.repeat(64)}, roles: [viewer] }] } }`,
      'http.host',
    ],
    ['rgw without a bucket', `${MINIMAL}audit: { rgw: { bucket: "" } }`, 'audit.rgw.bucket'],
    ['rgw without an endpoint', `${MINIMAL}audit: { rgw: { endpoint: "" } }`, 'audit.rgw.endpoint'],
    [
      's3 without a bucket',
      `${MINIMAL}audit: { store: s3, rgw: { bucket: "" } }`,
      'audit.rgw.bucket',
    ],
    [
      'two routes of one name',
      `${MINIMAL}  - { name: partner-send, topics: [b], action: skip }\n`,
      'routes.1.name',
    ],
    [
      'buckets that do not ascend',
      `${MINIMAL}metrics: { buckets_seconds: [1, 1] }`,
      'metrics.buckets_seconds',
    ],
    [
      'a mechanism without its password',
      `${MINIMAL}source: { kafka: { sasl: { mechanism: plain, username: u } } }`,
      'source.kafka.sasl.password',
    ],
    [
      'a keyed hash without its key',
      `${MINIMAL}audit: { hash: { kind: hmac } }`,
      'audit.hash.key_file',
    ],
    [
      'jwt without its issuer',
      `${MINIMAL}http: { auth: { kind: jwt, audience: a, jwks_file: f } }`,
      'http.auth.issuer',
    ],
    ['an open brace', MINIMAL.replace('/v1/partner/send', '"/v1/{key"'), 'routes.0.request.path'],
    [
      'an unknown placeholder in a query',
      MINIMAL.replace('/send }', '/send, query: { q: "{nope}" } }'),
      'routes.0.request.query.q',
    ],
    [
      'an unknown placeholder in a header',
      MINIMAL.replace('/send }', '/send, headers: { x-a: "{nope}" } }'),
      'routes.0.request.headers.x-a',
    ],
    [
      'an unknown placeholder in JSON',
      MINIMAL.replace('/send }', '/send, body: { json: { a: [{ b: "{nope}" }] } } }'),
      'routes.0.request.body.json.a.0.b',
    ],
    [
      'a match by a number that no number holds',
      routeWith('match: { value: { id: [1, 9007199254740993] } }'),
      'routes.0.match.value.id',
    ],
    [
      'a port for metrics that is taken',
      `${MINIMAL}http: { port: 9000, metrics_port: 9000 }`,
      'http.metrics_port',
    ],
    [
      'one header in two cases',
      MINIMAL.replace('/send }', '/send, headers: { x-a: b, X-A: c } }'),
      'routes.0.request.headers.X-A',
    ],
    [
      'a key from nowhere',
      routeWith('idempotency: { from: header. }'),
      'routes.0.idempotency.from',
    ],
    [
      'a header with a line break',
      MINIMAL.replace('/send }', '/send, headers: { x-a: "a\\nb" } }'),
      'routes.0.request.headers.x-a',
    ],
    [
      'a header name with a space',
      MINIMAL.replace('/send }', '/send, headers: { "x a": b } }'),
      'routes.0.request.headers.x a',
    ],
    [
      'an origin with a path',
      MINIMAL.replace('example.net', 'example.net/a'),
      'upstreams.partner.origin',
    ],
    [
      'an upstream with a space',
      MINIMAL.replace('partner: {', 'my partner: {').replace(
        'upstream: partner',
        'upstream: my partner',
      ),
      'upstreams.my partner',
    ],
  ])('is a fault: %s', (_name, text, path) => {
    expect(faultsOf(text).map((fault) => fault.path)).toEqual([path]);
  });

  it.each([
    ['equal bounds', upstreamWith('timeouts: { connect_ms: 1500, read_ms: 1500 }')],
    ['loopback by name', `${MINIMAL}http: { host: localhost }`],
    ['loopback of IPv6', `${MINIMAL}http: { host: "::1" }`],
    [
      'an open host on purpose',
      `${MINIMAL}http: { host: 0.0.0.0, auth: { kind: none, allow_insecure: true } }`,
    ],
    ['a directory without a bucket', `${MINIMAL}audit: { store: directory, rgw: { bucket: "" } }`],
    ['s3 without an endpoint', `${MINIMAL}audit: { store: s3, rgw: { endpoint: "" } }`],
    ['a route that skips', `${MINIMAL}  - { name: b, topics: [b], action: skip }\n`],
    ['a match by the last exact number', routeWith('match: { value: { id: 9007199254740991 } }')],
    ['two ports that are free ones', `${MINIMAL}http: { port: 0, metrics_port: 0 }`],
    ['a doubled brace', MINIMAL.replace('/v1/partner/send', '"/v1/{{x}}/{value.a.b}"')],
  ])('is not: %s', (_name, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  it.each([
    ['cert_file', 'key_file'],
    ['key_file', 'cert_file'],
  ])('is a fault: %s without %s', (given, missing) => {
    const tls = `tls: { ${given}: none.pem }`;
    const found = 'nothing';
    expect(faultsOf(upstreamWith(tls))).toContainEqual(
      expect.objectContaining({ path: `upstreams.partner.tls.${missing}`, found }),
    );
    expect(faultsOf(`${MINIMAL}source: { kafka: { ${tls} } }`)).toContainEqual(
      expect.objectContaining({ path: `source.kafka.tls.${missing}`, found }),
    );
    const both = upstreamWith('tls: { cert_file: none.pem, key_file: none.pem }');
    expect(faultsOf(both).map((fault) => fault.found)).not.toContain(found);
  });

  it('is not told of what is wrong by itself already', () => {
    const text = upstreamWith('timeouts: { global_ms: fast, connect_ms: 3000 }');
    expect(faultsOf(text).map((fault) => fault.path)).toEqual([
      'upstreams.partner.timeouts.global_ms',
    ]);
  });
});
