import type { Settings, UpstreamSettings } from '../schema/settings-schema.ts';

/** What is worth a look, and at which key. */
export interface Hint {
  readonly path: readonly string[];
  readonly message: string;
}

/** Pairs that can be used and are hardly meant; what contradicts itself is a fault. */
export function pairHints(settings: Settings): readonly Hint[] {
  return [
    ...unusedSecurity(settings),
    ...unusedCredentials(settings),
    ...unusedHashKey(settings),
    ...startOfNote(settings),
    ...cutCalls(settings),
    ...forwardedInVain(settings),
    ...Object.entries(settings.upstreams).flatMap(([name, upstream]) =>
      upstreamHints(upstream, settings).map(({ path, message }) => ({
        path: ['upstreams', name, ...path],
        message,
      })),
    ),
  ];
}

/** Whoever names a certificate or a user means it to be asked for. */
function unusedSecurity({ source }: Settings): readonly Hint[] {
  if (source.kind !== 'kafka') return [];
  const { tls, sasl } = source.kafka;
  const at = ['source', 'kafka'];
  const hints: Hint[] = [];
  const file = tls.enabled ? undefined : firstGiven(tls, TLS_KEYS);
  if (file !== undefined) {
    const message =
      'without effect: tls.enabled is false, and the brokers are spoken to in the clear';
    hints.push({ path: [...at, 'tls', file], message });
  }
  const credential = sasl.mechanism === 'none' ? firstGiven(sasl, SASL_KEYS) : undefined;
  if (credential !== undefined) {
    const message = 'without effect: sasl.mechanism is none, and nobody is told who we are';
    hints.push({ path: [...at, 'sasl', credential], message });
  }
  return hints;
}

const TLS_KEYS = ['ca_file', 'cert_file', 'key_file', 'server_name'] as const;
const SASL_KEYS = [
  'username',
  'password',
  'password_file',
  'token_url',
  'client_id',
  'client_secret',
  'client_secret_file',
] as const;

function firstGiven<K extends string>(
  section: Readonly<Partial<Record<K, unknown>>>,
  keys: readonly K[],
): K | undefined {
  return keys.find((key) => isGiven(section[key]));
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** One key of a pair is none: the store is asked with other credentials than those, or with half. */
function unusedCredentials({ audit }: Settings): readonly Hint[] {
  if (audit.store === 'directory') return [];
  const { rgw } = audit;
  const hasId = isGiven(rgw.access_key_id_file ?? rgw.access_key_id);
  const hasSecret = isGiven(rgw.secret_access_key_file ?? rgw.secret_access_key);
  if (hasId === hasSecret) return [];
  const [given, lacking] = hasId
    ? (['access_key_id', 'secret_access_key'] as const)
    : (['secret_access_key', 'access_key_id'] as const);
  const message = `of no use without ${lacking}, which is empty`;
  return [{ path: ['audit', 'rgw', given], message }];
}

function unusedHashKey({ audit: { hash } }: Settings): readonly Hint[] {
  if (hash.kind !== 'sha256' || hash.key_file === null) return [];
  const message = 'without effect: audit.hash.kind is sha256, which has no key';
  return [{ path: ['audit', 'hash', 'key_file'], message }];
}

/** Another node's member that died is waited for until its session is over. */
function startOfNote({ source }: Settings): readonly Hint[] {
  const { start_budget_ms: budgetMs, session_timeout_ms: sessionMs } = source.kafka;
  if (source.kind !== 'kafka' || budgetMs >= sessionMs) return [];
  const message = `below session_timeout_ms (${sessionMs}), for which a member that died elsewhere is waited for: a start meanwhile may end with 75`;
  return [{ path: ['source', 'kafka', 'start_budget_ms'], message }];
}

/** The share of `shutdown.drain_ms` that is for calls; the rest is for the audit spool. */
const CALLS_SHARE = 0.7;

function cutCalls({ shutdown, source, upstreams }: Settings): readonly Hint[] {
  const longestMs = Math.max(0, ...Object.values(upstreams).map((one) => one.timeouts.global_ms));
  const { revoke_drain_ms: revokeMs, session_timeout_ms: sessionMs } = source.kafka;
  const hints: Hint[] = [];
  if (shutdown.drain_ms * CALLS_SHARE < longestMs) {
    const message = `of it 7 tenths are for calls under way, and a global_ms is ${longestMs}: a stop may cut calls off`;
    hints.push({ path: ['shutdown', 'drain_ms'], message });
  }
  if (source.kind === 'kafka' && Math.min(revokeMs, sessionMs / 2) < longestMs) {
    const message = `below a global_ms of ${longestMs}: a rebalance may cut calls off`;
    hints.push({ path: ['source', 'kafka', 'revoke_drain_ms'], message });
  }
  return hints;
}

/** What the route sets is set; the default content-type counts. */
function forwardedInVain({ routes }: Settings): readonly Hint[] {
  return routes.flatMap(({ request }, index) => {
    const set = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
    return request.forward_headers.flatMap((name, at) => {
      const why = whyInVain(name.toLowerCase(), set);
      if (why === undefined) return [];
      const path = ['routes', String(index), 'request', 'forward_headers', String(at)];
      return [{ path, message: `without effect: ${why}` }];
    });
  });
}

function whyInVain(name: string, set: ReadonlySet<string>): string | undefined {
  if (name.startsWith('netscope-')) return 'no header of ours is passed on';
  if (!set.has(name)) return undefined;
  return name === 'content-type'
    ? 'request.headers sets it, by default too; headers: {} leaves it to the record'
    : 'request.headers sets it';
}

function upstreamHints(upstream: UpstreamSettings, { source }: Settings): readonly Hint[] {
  const { bulkhead } = upstream;
  const hints = [...plainOrigin(upstream), ...withoutRate(upstream)];
  if (bulkhead.in_flight <= source.records_in_flight) return hints;
  const message = `over source.records_in_flight (${source.records_in_flight}): never reached`;
  return [...hints, { path: ['bulkhead', 'in_flight'], message }];
}

function plainOrigin({ connections, origin, tls }: UpstreamSettings): readonly Hint[] {
  if (!origin.startsWith('http:')) return [];
  const key = firstGiven(tls, TLS_KEYS);
  const hints: Hint[] = [];
  if (key !== undefined) {
    hints.push({ path: ['tls', key], message: 'without effect: the origin is http' });
  }
  if (connections.http2) {
    const message = 'without effect: HTTP/2 is spoken over TLS alone';
    hints.push({ path: ['connections', 'http2'], message });
  }
  return hints;
}

function withoutRate({ rate_limit: rate, retry }: UpstreamSettings): readonly Hint[] {
  const hints: Hint[] = [];
  if (rate.burst > 0 && rate.per_second === 0) {
    const message = 'without effect: per_second is 0, which is off';
    hints.push({ path: ['rate_limit', 'burst'], message });
  }
  if (retry.attempts > 1 && retry.budget_ratio === 0 && retry.budget_min_per_second === 0) {
    const message = 'without effect: the budget of retries is 0';
    hints.push({ path: ['retry', 'attempts'], message });
  }
  return hints;
}
