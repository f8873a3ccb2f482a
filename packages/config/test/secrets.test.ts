import { ConfigError } from '@netscope/domain';
import { assert, constantFrom, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { configSha256, renderEffective } from '../src/index.ts';
import { load, MINIMAL } from './load.ts';

/** Long enough not to stand in a message by chance. */
const secret = stringMatching(/^[A-Za-z0-9!%&*+,;<=>?@^_|~{}()[\]:. -]{12,40}$/).filter(
  (text) => text.trim().length > 11,
);

/** Everything that a load may show of its input, whether it succeeds or not. */
function shown(text: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    const { config, warnings } = load(text, env);
    return [
      renderEffective(config, { format: 'yaml' }),
      renderEffective(config, { format: 'json' }),
      JSON.stringify(warnings),
      JSON.stringify(config.effective),
    ].join('\n');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${error.message}\n${error.stack ?? ''}\n${JSON.stringify(error.faults)}`;
  }
}

/** Each takes a JSON string that is the secret. */
const PLACES: Readonly<Record<string, (quoted: string) => string>> = {
  password: (text) =>
    `${MINIMAL}source: { kafka: { sasl: { mechanism: plain, username: u, password: ${text} } } }`,
  'client secret': (text) =>
    `${MINIMAL}source: { kafka: { sasl: { mechanism: oauthbearer, client_secret: ${text} } } }`,
  'secret key': (text) => `${MINIMAL}audit: { rgw: { secret_access_key: ${text} } }`,
  'access key': (text) => `${MINIMAL}audit: { rgw: { access_key_id: ${text} } }`,
  'token hash': (text) =>
    `${MINIMAL}http: { auth: { kind: static, tokens: [{ name: a, sha256: ${text}, roles: [viewer] }] } }`,
  'authorization header': (text) =>
    MINIMAL.replace('/send }', `/send, headers: { Authorization: ${text} } }`),
  'api key in a query': (text) =>
    MINIMAL.replace('/send }', `/send, query: { api_key: ${text} } }`),
  'token in a body': (text) =>
    MINIMAL.replace('/send }', `/send, body: { json: { token: [${text}] } } }`),
  'unknown key': (text) => `${MINIMAL}source: { kafka: { sasl: { pasword: ${text} } } }`,
  'a file beside a fault': (text) =>
    `${MINIMAL}audit: { rgw: { secret_access_key: ${text} } }\nhttp: { port: x }`,
  'a broken file': (text) => `${MINIMAL}audit: { rgw: { secret_access_key: ${text}, }}}`,
  'a password in a list': (text) =>
    `${MINIMAL}source: { kafka: { sasl: { mechanism: plain, password: [${text}] } } }`,
};

describe('a secret', () => {
  it('is in no fault and no rendering, wherever it was written', () => {
    assert(
      property(constantFrom(...Object.keys(PLACES)), secret, (place, text) => {
        const output = shown(PLACES[place]?.(JSON.stringify(text)) ?? '');
        expect(output).not.toContain(text);
        expect(output).not.toContain(JSON.stringify(text).slice(1, -1));
      }),
      { numRuns: 300 },
    );
  });

  it('is in no fault of the YAML parser when it was left unquoted', () => {
    assert(
      property(secret, (text) => {
        const output = shown(`audit: { rgw: { secret_access_key: ${text} } }`);
        // What YAML reads as further keys is no secret any more; the whole must not be quoted.
        expect(output).not.toContain(text);
      }),
      { numRuns: 300 },
    );
  });

  it('is in no fault when it came from a variable', () => {
    assert(
      property(
        constantFrom(
          'NETSCOPE_AUDIT_RGW_SECRET_ACCESS_KEY',
          'NETSCOPE_SOURCE_KAFKA_SASL_PASSWORD',
          'NETSCOPE_SOURCE_KAFKA_SASL_PASWORD',
          'NETSCOPE_WHATEVER',
        ),
        secret,
        (name, text) => {
          expect(shown(MINIMAL, { [name]: text })).not.toContain(text);
        },
      ),
    );
  });

  it('inside an address is masked', () => {
    const text = `${MINIMAL}audit: { rgw: { endpoint: "http://user:hunter2@rgw:7480/path" } }`;
    expect(shown(text)).not.toContain('hunter2');
    expect(shown(MINIMAL.replace('https://', 'https://user:hunter2@'))).not.toContain('hunter2');
  });

  it.each([
    ['a broker', `${MINIMAL}source: { kafka: { brokers: ["user:hunter2@b:9092"] } }`],
    ['a broker, with a slash', `${MINIMAL}source: { kafka: { brokers: ["me:a/hunter2@b:1"] } }`],
    [
      'the query of an origin',
      MINIMAL.replace('https://partner.example.net', '"http://a?token=hunter2"'),
    ],
    [
      'a query with no scheme',
      MINIMAL.replace('https://partner.example.net', '"a?x=1&token=hunter2"'),
    ],
    ['a query with no name', MINIMAL.replace('https://partner.example.net', '"http://a/?hunter2"')],
    ['a query in a path', MINIMAL.replace('/v1/partner/send', '"/v1?token=hunter2"')],
    [
      'a query that can be used',
      MINIMAL.replace(
        '.net }',
        '.net, network: { external_ip_url: "https://x/y?a=1&token=hunter2" } }',
      ),
    ],
  ])('inside %s is masked', (_what, text) => {
    const output = shown(text);
    expect(output).not.toContain('hunter2');
    expect(output).toContain('(redacted)');
  });

  it.each([
    'Ocp-Apim-Subscription-Key: hunter2',
    'x-functions-key: hunter2',
    'x-a: Bearer hunter2',
  ])('in a header is masked: %s', (header) => {
    const output = shown(MINIMAL.replace('/send }', `/send, headers: { ${header} } }`));
    expect(output).not.toContain('hunter2');
    expect(output).toContain('(redacted)');
  });

  it('takes nothing away from the name of a parameter, or from what is no address', () => {
    const text = MINIMAL.replace(
      '.net }',
      '.net, network: { external_ip_url: "https://x/y?token=z&&b=" } }',
    ).replace(
      '/send }',
      '/send, headers: { x-a: "at 10:30 me@x really?yes", x-b: "mailto:a@b?c=d", x-partition-key: k } }',
    );
    expect(load(text).config.effective).toMatchObject({
      upstreams: {
        partner: {
          network: { external_ip_url: 'https://x/y?token=(redacted)&&b=(redacted)' },
        },
      },
      routes: [
        {
          request: {
            headers: {
              'x-a': 'at 10:30 me@x really?yes',
              'x-b': 'mailto:a@b?c=d',
              'x-partition-key': 'k',
            },
          },
        },
      ],
    });
  });

  it('is redacted where it is set, and empty where it is not', () => {
    const set = load(`${MINIMAL}audit: { rgw: { secret_access_key: hunter2 } }`).config;
    expect(set.audit.rgw.secretAccessKey).toBe('hunter2');
    expect(set.effective).toMatchObject({
      audit: { rgw: { secret_access_key: '(redacted)', access_key_id: '' } },
    });
  });

  it('does not change the hash of the configuration, unlike any other value', () => {
    const hash = (more: string): string => configSha256(load(`${MINIMAL}${more}`).config);
    const one = hash('audit: { rgw: { secret_access_key: one } }');
    expect(hash('audit: { rgw: { secret_access_key: two } }')).toBe(one);
    expect(hash('audit: { rgw: { secret_access_key: one, bucket: b } }')).not.toBe(one);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
  });

  it('hides nothing that is only called like one', () => {
    const { config } = load(MINIMAL.replaceAll('partner', 'token-service'));
    expect(JSON.stringify(config.effective)).not.toContain('(redacted)');
  });
});
