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
