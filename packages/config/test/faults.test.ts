import process from 'node:process';

import { describe, expect, it } from 'vitest';

import { errorOf, faultsOf, MINIMAL } from './load.ts';

const TEN_FAULTS = `
service: { nme: x }
http: { port: eighty, host: 0.0.0.0 }
source:
  kafka: { group_id: "\${NO_SUCH_NAME}", dead_letter_topic: netscope.ingress, brokers: nowhere:9092 }
delivery: { backoff_base_ms: 120000 }
upstreams:
  partner:
    origin: https://partner.example.net
    timeouts: { connect_ms: 2000 }
routes:
  - name: partner-send
    topics: [netscope.ingress]
    upstream: partnr
    request: { path: "/v1/{nothing}" }
`;

describe('ten faults at once', () => {
  const faults = faultsOf(TEN_FAULTS, { NETSCOPE_HTTP_PROT: '1' });

  it.each([
    ['service.nme', 'netscope.yaml:2', ['an unknown key', 'name']],
    ['http.port', 'netscope.yaml:3', ['"eighty"', '0 to 65535']],
    ['http.host', 'netscope.yaml:3', ['"0.0.0.0"', 'allow_insecure']],
    ['source.kafka.group_id', 'netscope.yaml:5', ['${NO_SUCH_NAME}', ':-default']],
    ['source.kafka.dead_letter_topic', 'netscope.yaml:5', ['"netscope.ingress"', 'no route reads']],
    ['source.kafka.brokers', 'netscope.yaml:5', ['"nowhere:9092"', 'a list']],
    ['delivery.backoff_base_ms', 'netscope.yaml:6', ['120000', 'backoff_cap_ms, which is 60000']],
    ['upstreams.partner.timeouts.connect_ms', 'netscope.yaml:10', ['2000', 'global_ms']],
    ['routes.0.upstream', 'netscope.yaml:14', ['"partnr"', 'partner']],
    ['routes.0.request.path', 'netscope.yaml:15', ['"/v1/{nothing}"', 'at character 6']],
    ['', 'NETSCOPE_HTTP_PROT', ['an unknown variable', 'NETSCOPE_HTTP_PORT']],
  ])('tells %s at %s', (path, where, [found, expected]) => {
    const fault = faults.find((one) => one.path === path && one.where === where);
    expect(fault?.found).toContain(found);
    expect(fault?.expected).toContain(expected);
  });

  it('tells each once and nothing else', () => {
    expect(faults).toHaveLength(11);
  });

  it('lists them one a line, in the order of the file', () => {
    const lines = errorOf(TEN_FAULTS)?.message.split('\n') ?? [];
    expect(lines[0]).toBe('configuration is invalid');
    expect(lines).toHaveLength(11);
    expect(lines[1]).toBe(
      'netscope.yaml:2: service.nme: found an unknown key; expected a known one; the nearest is name',
    );
  });
});

describe('a text that is no configuration', () => {
  it.each([
    ['an empty file', '', 'an empty file'],
    ['nothing but a comment', '# hi\n', 'an empty file'],
    ['a list', '- 1', 'no map'],
    ['a bare word', 'hello', 'no map'],
    ['an open bracket', 'http: [', 'nothing closes'],
    ['an open brace', 'http: { port: 1\nlogs: {}', 'nothing closes'],
    ['a key out of line', 'http:\n  port: 1\n host: x', 'wrong indentation'],
    ['an open quote', 'a: "x', 'an unfinished line'],
    ['a tab', '\thttp: {}', 'a tab'],
    ['two documents', 'a: 1\n---\nb: 2', 'a second document'],
    ['a key twice', 'http: {}\nhttp: {}', 'stands twice'],
    ['an alias of nothing', 'http: *x', 'an alias'],
    ['a foreign tag', 'http: !!js/function x', 'an unknown tag'],
    ['binary', 'http: { host: !!binary aGk= }', 'an unknown tag'],
    ['deep nesting', '['.repeat(20_000), 'nested too deeply'],
    ['a nest of maps', `${'{a: '.repeat(40)}1${'}'.repeat(40)}`, 'more than can be meant'],
    ['an alias of its own parent', 'a: &a { b: *a }', 'more than can be meant'],
  ])('is told: %s', (_name, text, found) => {
    const faults = faultsOf(text);
    expect(faults[0]?.found).toContain(found);
    expect(faults[0]?.where).toMatch(/^netscope\.yaml/);
  });

  it('is told within a moment: a bomb of aliases', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
      .concat(
        Array.from({ length: 12 }, (_one, index) => {
          const alias = `*a${index}`;
          return `a${index + 1}: &a${index + 1} [${Array(10).fill(alias).join(', ')}]`;
        }),
      )
      .join('\n');
    const before = process.threadCpuUsage();
    expect(faultsOf(bomb)[0]?.found).toBe('more than can be meant');
    // Of its own thread: what else runs on the machine takes no part.
    const { user, system } = process.threadCpuUsage(before);
    expect(user + system).toBeLessThan(2_000_000);
  });

  it.each([
    ['http: 5', 'http', ['5', 'a map']],
    ['http: [1]', 'http', ['a list', 'a map']],
    ['routes: { a: 1 }', 'routes', ['a map', 'a list']],
    ['upstreams: []', 'upstreams', ['an empty list', 'a map']],
    ['upstreams: { p: }', 'upstreams.p.origin', ['nothing', 'scheme, host and port']],
    ['http: { port: 1.5 }', 'http.port', ['1.5', 'a whole number']],
    ['http: { port: 65536 }', 'http.port', ['65536', '0 to 65535']],
    ['http: { port: .nan }', 'http.port', ['NaN', 'a whole number']],
    ['http: { host: { a: 1 } }', 'http.host', ['a map', 'an address']],
    ['http: { hosts: [1] }', 'http.hosts.0', ['1', 'text']],
    ['audit: { spool: { bytes_max: 64KiB } }', 'audit.spool.bytes_max', ['"64KiB"', '1048576']],
    ['audit: { spool: { bytes_max: 8 MB } }', 'audit.spool.bytes_max', ['"8 MB"', '8MiB']],
    [
      'source: { kafka: { brokers: [] } }',
      'source.kafka.brokers',
      ['an empty list', 'at least one'],
    ],
    ['logs: { level: loud }', 'logs.level', ['"loud"', 'one of debug']],
    ['"a\\nb": 1', 'a b', ['an unknown key', 'a known one']],
  ])('is told: %s', (text, path, [found, expected]) => {
    const fault = faultsOf(text).find((one) => one.path === path);
    expect(fault?.found).toContain(found);
    expect(fault?.expected).toContain(expected);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('takes %s for an unknown key', (key) => {
    const faults = faultsOf(`${MINIMAL}\n${key}: { polluted: true }\nhttp: { ${key}: 1 }`);
    expect(faults.map((fault) => fault.path)).toEqual([key, `http.${key}`]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('refuses such names where names are free', () => {
    const text = MINIMAL.replace('/send }', '/send, headers: { __proto__: x } }');
    expect(faultsOf(text)).toMatchObject([{ path: 'routes.0.request.headers.__proto__' }]);
  });
});

it('a name that cannot be used hides nothing of what stands under it', () => {
  const text = `
upstreams: { "my partner": { origin: nonsense, timeouts: { connect_ms: fast } } }
routes: [{ name: r, topics: [t], upstream: "my partner", request: { path: / } }]`;
  expect(faultsOf(text).map(({ path }) => path)).toEqual([
    'upstreams.my partner',
    'upstreams.my partner.origin',
    'upstreams.my partner.timeouts.connect_ms',
  ]);
});

it('a route that is none hides nothing of the others', () => {
  const text = MINIMAL.replace('upstream: partner', 'upstream: partnr').replace(
    'routes:',
    'routes:\n  - oops\n  - [a]',
  );
  expect(faultsOf(text).map(({ path }) => path)).toEqual([
    'routes.0',
    'routes.1',
    'routes.2.upstream',
  ]);
});

it.each(['.', '..'])('a topic called %s, which no broker takes, is a fault', (name) => {
  const ofRoute = faultsOf(MINIMAL.replace('netscope.ingress', `'${name}'`));
  expect(ofRoute.map(({ path }) => path)).toEqual(['routes.0.topics.0']);
  const ofLetters = faultsOf(`${MINIMAL}source: { kafka: { dead_letter_topic: '${name}' } }\n`);
  expect(ofLetters.map(({ path }) => path)).toEqual(['source.kafka.dead_letter_topic']);
});

it.each(['node', 'name'])('a service.%s that is a step in a tree of folders is a fault', (key) => {
  for (const step of ['.', '..']) {
    const faults = faultsOf(`${MINIMAL}service: { ${key}: '${step}' }\n`);
    expect(faults.map(({ path }) => path)).toEqual([`service.${key}`]);
  }
});
