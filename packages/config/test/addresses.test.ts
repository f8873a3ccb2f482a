import { describe, expect, it } from 'vitest';

import { faultsOf, MINIMAL } from './load.ts';

function upstreamWith(more: string): string {
  return MINIMAL.replace('.net }', `.net, ${more} }`);
}

describe('an address that nobody can be reached at is a fault', () => {
  it.each([
    'http://a:99999',
    'http://a:65536',
    'http://127.0.0.1:0',
    'http://256.1.1.1',
    'http://[:::]:80',
  ])('of an upstream: %s', (origin) => {
    const text = MINIMAL.replace('https://partner.example.net', `"${origin}"`);
    expect(faultsOf(text)).toEqual([
      {
        path: 'upstreams.partner.origin',
        where: 'netscope.yaml:3',
        found: `"${origin}"`,
        expected: expect.stringContaining('from 1 to 65535'),
      },
    ]);
  });

  it.each(['a:99999', 'a:0', '256.1.1.1:9092', '[:::]:9092'])('of a broker: %s', (broker) => {
    const text = `${MINIMAL}source: { kafka: { brokers: ["b:9092", "${broker}"] } }`;
    expect(faultsOf(text)).toMatchObject([
      { path: 'source.kafka.brokers.1', expected: expect.stringContaining('from 1 to 65535') },
    ]);
  });

  it.each([
    ['audit.rgw.endpoint', (url: string) => `${MINIMAL}audit: { rgw: { endpoint: "${url}" } }`],
    [
      'audit.rgw.endpoint',
      (url: string) => `${MINIMAL}audit: { store: s3, rgw: { endpoint: "${url}" } }`,
    ],
    ['http.auth.jwks_url', (url: string) => `${MINIMAL}http: { auth: { jwks_url: "${url}" } }`],
    [
      'telemetry.otlp_endpoint',
      (url: string) => `${MINIMAL}telemetry: { otlp_endpoint: "${url}" }`,
    ],
    [
      'source.kafka.sasl.token_url',
      (url: string) => `${MINIMAL}source: { kafka: { sasl: { token_url: "${url}" } } }`,
    ],
    [
      'upstreams.partner.auth.token_url',
      (url: string) => upstreamWith(`auth: { token_url: "${url}" }`),
    ],
    ['upstreams.partner.proxy.url', (url: string) => upstreamWith(`proxy: { url: "${url}" }`)],
    [
      'upstreams.partner.network.external_ip_url',
      (url: string) => upstreamWith(`network: { external_ip_url: "${url}" }`),
    ],
  ])('of %s', (path, withUrl) => {
    for (const url of ['http://a:99999', 'http://a:0', 'http://1.2.3.256']) {
      expect(faultsOf(withUrl(url))).toMatchObject([
        { path, found: `"${url}"`, expected: expect.stringContaining('from 1 to 65535') },
      ]);
    }
    expect(faultsOf(withUrl('http://a:65535'))).toEqual([]);
  });

  it.each(['http://a_b:80', 'https://[::1]:443/', 'http://10.0.0.1:1', 'https://a.b'])(
    'unlike %s',
    (origin) => {
      expect(faultsOf(MINIMAL.replace('https://partner.example.net', `"${origin}"`))).toEqual([]);
    },
  );
});

describe('what is no address and no network', () => {
  it.each(['x', '127.0.0.1/64', 'localhost', '10.0.0.0/8/8', '::/129', '10.0.0.0/', ''])(
    'lets nobody through and is trusted by nobody: "%s"',
    (entry) => {
      expect(faultsOf(upstreamWith(`network: { allow: [10.0.0.1, "${entry}"] }`))).toEqual([
        {
          path: 'upstreams.partner.network.allow.1',
          where: 'netscope.yaml:3',
          found: `"${entry}"`,
          expected: 'an address or a network as 10.0.0.0/8',
        },
      ]);
      const trusting = `${MINIMAL}http: { trusted_proxies: ["${entry}"] }`;
      expect(faultsOf(trusting)).toMatchObject([{ path: 'http.trusted_proxies.0' }]);
    },
  );

  it.each(['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fd00::/8', 'fe80::1%eth0'])(
    'is not %s',
    (entry) => {
      expect(faultsOf(upstreamWith(`network: { allow: ["${entry}"] }`))).toEqual([]);
      const isNobody = entry === '0.0.0.0/0';
      const trusting = `${MINIMAL}http: { trusted_proxies: ["${entry}"] }`;
      expect(faultsOf(trusting)).toHaveLength(Number(isNobody));
    },
  );

  it.each(['proxy.internal', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '', '*', '::/0'])(
    'is trusted by nobody as a proxy: "%s"',
    (entry) => {
      const trusting = `${MINIMAL}http: { trusted_proxies: ["${entry}"] }`;
      expect(faultsOf(trusting)).toMatchObject([{ path: 'http.trusted_proxies.0' }]);
    },
  );

  it('is none that is trusted by its name', () => {
    expect(faultsOf(`${MINIMAL}http: { trusted_proxies: [loopback] }`)).toEqual([]);
  });

  it('is trusted where it is a network by name', () => {
    const text = `${MINIMAL}http: { trusted_proxies: [loopback, linklocal, uniquelocal] }`;
    expect(faultsOf(text)).toEqual([]);
  });
});

it('an address in brackets, which nobody can listen on, is a fault', () => {
  expect(faultsOf(`${MINIMAL}http: { host: "[::1]" }`)).toMatchObject([
    { path: 'http.host', found: '"[::1]"', expected: expect.stringContaining('as ::1') },
  ]);
});
