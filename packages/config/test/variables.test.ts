import { describe, expect, it } from 'vitest';

import { faultsOf, load, MINIMAL } from './load.ts';

describe('a variable', () => {
  it('wins over the file', () => {
    const text = `${MINIMAL}source: { kafka: { group_id: file } }`;
    const { config } = load(text, { NETSCOPE_SOURCE_KAFKA_GROUP_ID: 'env' });
    expect(config.source.kafka.groupId).toBe('env');
  });

  it('sets numbers, flags, sizes, nulls and lists', () => {
    const { config } = load(MINIMAL, {
      NETSCOPE_HTTP_PORT: '9090',
      NETSCOPE_SOURCE_KAFKA_CREATE_TOPICS: 'true',
      NETSCOPE_AUDIT_SPOOL_BYTES_MAX: '2GiB',
      NETSCOPE_HTTP_METRICS_PORT: '',
      NETSCOPE_SOURCE_KAFKA_BROKERS: 'a:1, b:2',
      NETSCOPE_METRICS_BUCKETS_SECONDS: '0.1,1',
      NETSCOPE_HTTP_HOSTS: '',
      NETSCOPE_DELIVERY_PARK_GUARD_RATIO: '0.25',
    });
    expect(config.http).toMatchObject({ port: 9090, metricsPort: undefined, hosts: [] });
    expect(config.source.kafka).toMatchObject({ createTopics: true, brokers: ['a:1', 'b:2'] });
    expect(config.audit.spool.bytesMax).toBe(2 ** 31);
    expect(config.metrics.bucketsSeconds).toEqual([0.1, 1]);
    expect(config.delivery.parkGuard.ratio).toBe(0.25);
  });

  it('counts relative paths from the folder of the caller', () => {
    const { config } = load(MINIMAL, { NETSCOPE_SERVICE_DATA_DIR: 'spool' });
    expect(config.service.dataDir).toBe('/srv/spool');
  });

  it.each([
    ['NETSCOPE_HTTP_PORT', 'x', ['"x"', 'a whole number']],
    ['NETSCOPE_SOURCE_KAFKA_CREATE_TOPICS', 'yes', ['"yes"', 'true or false']],
    ['NETSCOPE_SOURCE_KAFKA_BROKERS', '', ['an empty list', 'at least one']],
    ['NETSCOPE_SORCE_KIND', 'x', ['an unknown variable', 'NETSCOPE_SOURCE_KIND']],
    ['NETSCOPE_ROUTES', 'x', ['an unknown variable', '']],
    ['NETSCOPE_UPSTREAMS_PARTNER_ORIGIN', 'x', ['an unknown variable', '']],
  ])('is named where %s is %s', (name, value, [found, expected]) => {
    const [fault, ...rest] = faultsOf(MINIMAL, { [name]: value });
    expect(rest.every((one) => one.where === name)).toBe(true);
    expect(fault?.where).toBe(name);
    expect(fault?.found).toContain(found);
    expect(fault?.expected).toContain(expected);
  });

  it('has nowhere to stand where its section is no map, which is told once', () => {
    const faults = faultsOf(`${MINIMAL}http: 5`, { NETSCOPE_HTTP_PORT: '1' });
    expect(faults.map((fault) => fault.path)).toEqual(['http']);
  });

  it('fills a section that is empty in the file', () => {
    const { config } = load(`${MINIMAL}http:\n`, { NETSCOPE_HTTP_PORT: '1' });
    expect(config.http.port).toBe(1);
  });

  it('is passed over where its name only begins alike', () => {
    expect(faultsOf(MINIMAL, { NETSCOPED: 'x', netscope_http_port: 'x' })).toEqual([]);
  });
});

const KUBERNETES = {
  NETSCOPE_SERVICE_HOST: '10.96.0.12',
  NETSCOPE_SERVICE_PORT: '8080',
  NETSCOPE_SERVICE_PORT_HTTP: '8080',
  NETSCOPE_PORT: 'tcp://10.96.0.12:8080',
  NETSCOPE_PORT_8080_TCP: 'tcp://10.96.0.12:8080',
  NETSCOPE_PORT_8080_TCP_ADDR: '10.96.0.12',
  NETSCOPE_PORT_8080_TCP_PORT: '8080',
  NETSCOPE_PORT_8080_TCP_PROTO: 'tcp',
  NETSCOPE_DASHBOARD_SERVICE_HOST: '10.96.0.13',
  NETSCOPE_DASHBOARD_SERVICE_PORT: '80',
  NETSCOPE_DASHBOARD_PORT: 'tcp://10.96.0.13:80',
  NETSCOPE_FOO_PORT_80_TCP: 'tcp://10.96.0.13:80',
  NETSCOPE_FOO_PORT_80_TCP_ADDR: '10.96.0.13',
  NETSCOPE_FOO_PORT_53_UDP: 'udp://10.96.0.13:53',
  NETSCOPE_NAME: '/web/netscope',
  NETSCOPE_ENV_PATH: '/usr/bin',
  NETSCOPE_ENV_npm_config_cache: '/root/.npm',
  NETSCOPE_PORT_8080_TCP_START: 'tcp://172.17.0.5:8080',
  NETSCOPE_PORT_8080_TCP_END: 'tcp://172.17.0.5:8082',
  NETSCOPE_PORT_8080_TCP_PORT_START: '8080',
  NETSCOPE_1_PORT_8080_TCP_PORT_END: '8082',
};

describe('what Kubernetes and Docker inject', () => {
  it('is passed over', () => {
    const { config, warnings } = load(`${MINIMAL}delivery: { ambiguous: retry }`, KUBERNETES);
    expect(config.http.port).toBe(8080);
    expect(warnings).toEqual([]);
  });

  it('does not hide a name that is a key', () => {
    const { config } = load(MINIMAL, { ...KUBERNETES, NETSCOPE_SERVICE_NAME: 'edge' });
    expect(config.service.name).toBe('edge');
  });

  it('is a fault that says why under the name of a key', () => {
    expect(faultsOf(MINIMAL, { NETSCOPE_HTTP_PORT: 'tcp://10.96.0.9:80' })).toEqual([
      {
        path: 'http.port',
        where: 'NETSCOPE_HTTP_PORT',
        found: 'the address of a service, as Kubernetes or Docker injects it',
        expected: 'a value of this key: rename that service, or set enableServiceLinks: false',
      },
    ]);
  });

  it('does not hide a mistyped port', () => {
    expect(faultsOf(MINIMAL, { NETSCOPE_HTPP_PORT: '9090' })).toHaveLength(1);
  });

  it('gives a warning where somebody may have meant the port', () => {
    expect(load(MINIMAL, { NETSCOPE_PORT: '9090' }).warnings).toContainEqual({
      path: '',
      where: 'NETSCOPE_PORT',
      message: expect.stringContaining('NETSCOPE_HTTP_PORT'),
    });
  });
});

describe('a reference', () => {
  it.each([
    ['host: ${H}', 'h'],
    ['host: "${H}"', 'h'],
    ["host: '${H}'", 'h'],
    ['host: ${NONE:-localhost}', 'localhost'],
    ['host: ${EMPTY:-localhost}', 'localhost'],
    ['host: a${H}b${H}c', 'ahbhc'],
    ['host: ${WITH_BRACES}', '${H}: {x}'],
    ['host: ${H:-x}  # ${NOT_SET}', 'h'],
  ])('is replaced in a block and in a flow map: %s', (line, host) => {
    const env = { H: 'h', EMPTY: '', WITH_BRACES: '${H}: {x}' };
    const more = 'auth: { allow_insecure: true }';
    expect(
      load(`${MINIMAL}http:\n  ${line}\n  \n`.replace('\n  \n', `\n  ${more}\n`), env).config.http
        .host,
    ).toBe(host);
    if (line.includes('#')) return;
    expect(load(`${MINIMAL}http: { ${line}, ${more} }`, env).config.http.host).toBe(host);
  });

  it('becomes the number, flag or size that its key wants', () => {
    const text = `${MINIMAL}http: { port: \${P}, metrics_port: \${M:-} }\naudit: { spool: { bytes_max: "\${B}" } }`;
    const { config } = load(text, { P: '81', B: '1MiB' });
    expect(config.http).toMatchObject({ port: 81, metricsPort: undefined });
    expect(config.audit.spool.bytesMax).toBe(2 ** 20);
  });

  it('is replaced in the name of a key, too', () => {
    const text = `${MINIMAL.replace('/send }', '/send, query: { "${Q}": x } }')}    match: { headers: { \${H}: y } }\n`;
    const { config } = load(text, { Q: 'page', H: 'kind' });
    expect(config.routes[0]).toMatchObject({
      request: { query: { page: 'x' } },
      match: { headers: { kind: ['y'] } },
    });
    expect(faultsOf(text, { Q: 'page' }).map(({ found }) => found)).toEqual([
      '${H}, which is not set',
    ]);
  });

  it('makes no key stand twice unseen', () => {
    const text = MINIMAL.replace('/send }', '/send, query: { page: a, "${Q}": b } }');
    expect(faultsOf(text, { Q: 'page' })).toMatchObject([
      { path: 'routes.0.request.query.page', found: 'a key that stands twice in its map' },
    ]);
  });

  it.each([
    ['${N}', '5', 5],
    ['${N}', '-1.5e3', -1500],
    ['${N}', 'true', true],
    ['${N}', '~', null],
    ['${N}', '0x10', 16],
    ['${N}', 'v5', 'v5'],
    ['a${N}', '5', 'a5'],
    ['"${N}"', '5', '5'],
    ["'${N}'", 'true', 'true'],
    ['${NONE:-7}', '', 7],
  ])('is what YAML makes of it where any value may stand: %s for %s', (written, value, meant) => {
    const text = `${MINIMAL}    match: { value: { a: ${written}, b: [${written}, x] } }\n`;
    const [route] = load(text, { N: value }).config.routes;
    expect(route?.match.value).toEqual({ a: [meant], b: [meant, 'x'] });
  });

  it('stays text where its key wants text', () => {
    const { config } = load(`${MINIMAL}source: { kafka: { group_id: \${G} } }`, { G: '007' });
    expect(config.source.kafka.groupId).toBe('007');
  });

  it('keeps the lines of what follows it', () => {
    const faults = faultsOf(`${MINIMAL}http:\n  host: \${H:-localhost}\n  prt: 1`);
    expect(faults[0]?.where).toBe('netscope.yaml:11');
  });
});
