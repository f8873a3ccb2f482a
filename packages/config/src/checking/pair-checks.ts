import { isReachable } from '../schema/addresses.ts';
import type { Settings } from '../schema/settings-schema.ts';
import type { Check, Finding } from './finding.ts';

/** The pairs of `configuration.md` that contradict each other, routes apart. */
export const PAIR_CHECKS: readonly Check[] = [
  upstreamPairs,
  deliveryPairs,
  insecureHost,
  metricsPort,
  certificateKeys,
  auditStore,
  ascendingBuckets,
];

interface Pair {
  readonly low: readonly string[];
  readonly high: readonly string[];
}

const UPSTREAM_PAIRS: readonly Pair[] = [
  { low: ['timeouts', 'connect_ms'], high: ['timeouts', 'global_ms'] },
  { low: ['timeouts', 'read_ms'], high: ['timeouts', 'global_ms'] },
  { low: ['retry', 'base_ms'], high: ['retry', 'cap_ms'] },
  { low: ['circuit', 'open_ms'], high: ['circuit', 'open_max_ms'] },
];

function upstreamPairs(settings: Settings): readonly Finding[] {
  return Object.entries(settings.upstreams).flatMap(([name, upstream]) =>
    UPSTREAM_PAIRS.flatMap(({ low, high }) =>
      overPair(upstream, { low, high }, ['upstreams', name]),
    ),
  );
}

function deliveryPairs(settings: Settings): readonly Finding[] {
  const pair = { low: ['backoff_base_ms'], high: ['backoff_cap_ms'] };
  return overPair(settings.delivery, pair, ['delivery']);
}

function overPair(section: object, pair: Pair, prefix: readonly string[]): readonly Finding[] {
  const low = numberAt(section, pair.low);
  const high = numberAt(section, pair.high);
  if (low === undefined || high === undefined || low <= high) return [];
  return [
    {
      path: [...prefix, ...pair.low],
      others: [[...prefix, ...pair.high]],
      found: String(low),
      expected: `at most ${pair.high.at(-1) ?? ''}, which is ${high}`,
    },
  ];
}

function numberAt(section: object, path: readonly string[]): number | undefined {
  let value: unknown = section;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return typeof value === 'number' ? value : undefined;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/i;

/** Whatever kind is written, nobody is asked until `http.auth` is there: it is `none` in effect. */
function insecureHost({ http }: Settings): readonly Finding[] {
  if (http.auth.allow_insecure === true || LOOPBACK.test(http.host)) return [];
  const why =
    http.auth.kind === 'none'
      ? 'is none'
      : `is ${http.auth.kind}, which is not in this release yet`;
  return [
    {
      path: ['http', 'host'],
      others: [['http', 'auth', 'kind']],
      expected: `a loopback address while http.auth.kind ${why}, or http.auth.allow_insecure: true`,
    },
  ];
}

function metricsPort({ http }: Settings): readonly Finding[] {
  if (http.metrics_port === null || http.metrics_port === 0) return [];
  if (http.metrics_port !== http.port) return [];
  const expected = 'another port than http.port, or null for /metrics on that one';
  return [{ path: ['http', 'metrics_port'], others: [['http', 'port']], expected }];
}

function certificateKeys({ source, upstreams }: Settings): readonly Finding[] {
  return [
    ...halfPair(source.kafka.tls, ['source', 'kafka', 'tls']),
    ...Object.entries(upstreams).flatMap(([name, { tls }]) =>
      halfPair(tls, ['upstreams', name, 'tls']),
    ),
  ];
}

type OwnCertificate = Pick<Settings['source']['kafka']['tls'], 'cert_file' | 'key_file'>;

/** Neither a certificate nor its key says anything alone. */
function halfPair(tls: OwnCertificate, at: readonly string[]): readonly Finding[] {
  if ((tls.cert_file === null) === (tls.key_file === null)) return [];
  const [missing, given] =
    tls.key_file === null ? ['key_file', 'cert_file'] : ['cert_file', 'key_file'];
  return [
    {
      path: [...at, missing],
      others: [[...at, given]],
      found: 'nothing',
      expected: `a file: ${given} is given, and one is of no use without the other`,
    },
  ];
}

function auditStore({ audit }: Settings): readonly Finding[] {
  if (audit.store === 'directory') return [];
  const findings: Finding[] = [];
  const others = [['audit', 'store']];
  if (audit.rgw.bucket === '') {
    findings.push({
      path: ['audit', 'rgw', 'bucket'],
      others,
      expected: `a bucket: audit.store is ${audit.store}`,
    });
  }
  const { endpoint } = audit.rgw;
  const isAddress = /^https?:\/\/[^\s/?#]+\/?$/.test(endpoint) && isReachable(endpoint);
  if (!isAddress && !(audit.store === 's3' && endpoint === '')) {
    findings.push({
      path: ['audit', 'rgw', 'endpoint'],
      others,
      expected: `scheme, host and port, the port from 1 to 65535: audit.store is ${audit.store}`,
    });
  }
  return findings;
}

function ascendingBuckets({ metrics }: Settings): readonly Finding[] {
  const bounds = metrics.buckets_seconds;
  const isAscending = bounds.every(
    (bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0),
  );
  if (isAscending) return [];
  return [{ path: ['metrics', 'buckets_seconds'], expected: 'bounds that ascend' }];
}
