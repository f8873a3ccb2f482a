import { once } from 'node:events';
import { createServer } from 'node:net';

import { GatewayProcess } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

const SECRET = 'hunter2-never-to-be-seen';

/** Ten things wrong at once, a secret beside them. */
const TEN_FAULTS = {
  service: { nmae: 'netscope' },
  http: { port: 'eighty' },
  source: {
    kind: 'rabbit',
    kafka: { sasl: { mechanism: 'plain', username: 'u', password: SECRET } },
  },
  delivery: { backoff_base_ms: 5000, backoff_cap_ms: 100 },
  upstreams: {
    partner: {
      origin: 'not a url',
      timeouts: { connect_ms: 200, read_ms: 9000, global_ms: 1500 },
      circuit: { open_ms: 90_000, open_max_ms: 1000 },
    },
  },
  routes: [
    { name: 'one', topics: ['in'], upstream: 'nobody', request: { path: '/a' } },
    { name: 'two', topics: ['in'], upstream: 'partner', request: { path: '/{value.unclosed' } },
  ],
  audit: { segment: { zstd_level: 'fast' }, rgw: { secret_access_key: SECRET } },
};

/** One for each of them, in the order of the file; each has its line besides. */
const TEN_FINDINGS = [
  'service.nmae: found an unknown key; expected a known one; the nearest is name',
  'http.port: found "eighty"; expected a whole number from 0 to 65535',
  'source.kind: found "rabbit"; expected one of kafka, embedded',
  'delivery.backoff_base_ms: found 5000; expected at most backoff_cap_ms, which is 100',
  'upstreams.partner.origin: found "not a url"; expected scheme, host and port alone, the port from 1 to 65535, as https://partner.example.net',
  'upstreams.partner.timeouts.read_ms: found 9000; expected at most global_ms, which is 1500',
  'upstreams.partner.circuit.open_ms: found 90000; expected at most open_max_ms, which is 1000',
  'routes.0.upstream: found "nobody"; expected the name of an upstream; there are partner',
  'routes.1.request.path: found "/{value.unclosed"; expected a template: at character 2 there is a brace that is not closed (a literal one is {{)',
  'audit.segment.zstd_level: found "fast"; expected a whole number from 1 to 19',
];

/** What Kubernetes puts into every pod beside a service called `netscope`. */
const INJECTED = {
  NETSCOPE_SERVICE_HOST: '10.0.0.7',
  NETSCOPE_SERVICE_PORT: '8080',
  NETSCOPE_SERVICE_PORT_HTTP: '8080',
  NETSCOPE_PORT: 'tcp://10.0.0.7:8080',
  NETSCOPE_PORT_8080_TCP: 'tcp://10.0.0.7:8080',
  NETSCOPE_PORT_8080_TCP_PROTO: 'tcp',
  NETSCOPE_PORT_8080_TCP_PORT: '8080',
  NETSCOPE_PORT_8080_TCP_ADDR: '10.0.0.7',
};

describe('wrong configuration', () => {
  test('ten faults at once are ten findings, exit 78, and no secret is printed', async () => {
    await using gateway = await GatewayProcess.spawn({ config: TEN_FAULTS });
    expect(await gateway.ended).toBe(78);
    expect(gateway.stderr.map(withoutLine)).toEqual([
      'netscope: configuration is invalid',
      ...TEN_FINDINGS.map((finding) => `netscope.yaml: ${finding}`),
    ]);
    expect(gateway.stdout).toEqual([]);
    expect(gateway.stderr.join('\n')).not.toContain(SECRET);
  });

  test('the variables of a Kubernetes service called netscope are no fault', async () => {
    await using gateway = await GatewayProcess.start({
      config: { source: { kind: 'embedded' }, audit: { store: 'directory' } },
      env: INJECTED,
    });
    expect(await gateway.stop()).toBe(0);
  });

  test('a broker that is not there ends with 75 inside the start budget', async () => {
    await using gateway = await GatewayProcess.spawn({
      config: {
        source: { kafka: { brokers: ['127.0.0.1:1'], start_budget_ms: 2000 } },
        upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
        routes: [{ name: 'one', topics: ['in'], upstream: 'partner', request: { path: '/' } }],
        audit: { store: 'directory' },
      },
    });
    expect(await gateway.ended).toBe(75);
    expect(gateway.stderr.join('\n')).toContain('start_budget_ms');
  });

  test('a port that is taken is the one thing told, also while the brokers are still sought', async () => {
    await using holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await using gateway = await GatewayProcess.spawn({
      config: {
        http: { host: '127.0.0.1', port },
        source: { kafka: { brokers: ['127.0.0.1:1'] } },
        upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
        routes: [{ name: 'one', topics: ['in'], upstream: 'partner', request: { path: '/' } }],
        audit: { store: 'directory' },
      },
    });
    expect(await gateway.ended).toBe(78);
    const told = gateway.stderr.join('\n');
    expect(told).toContain(`http.port`);
    expect(told).not.toContain('handles still open');
  });

  test('a data_dir that another process holds is refused by the name of its holder', async () => {
    const config = { source: { kind: 'embedded' }, audit: { store: 'directory' } };
    await using first = await GatewayProcess.start({ config });
    await using second = await GatewayProcess.spawn({
      config: { ...config, service: { data_dir: `${first.folder}/data` } },
    });
    expect(await second.ended).toBe(78);
    expect(second.stderr.join('\n')).toContain(`pid ${first.pid}`);
  });
});

/** A finding's text without the number of its line. */
function withoutLine(finding: string): string {
  return finding.replace(/^netscope\.yaml:\d+:/u, 'netscope.yaml:');
}
