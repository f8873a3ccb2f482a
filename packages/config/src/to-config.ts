import type { MatchValue, RouteDefinition, UpstreamDefinition } from '@netscope/domain';

import { camelise } from './camelise.ts';
import type { Config, EffectiveSettings, KafkaConfig } from './config.ts';
import type { RouteSettings, Settings, UpstreamSettings } from './schema/settings-schema.ts';
import type { SecretFiles } from './secrets.ts';

/** Settings in the names and types of the domain, with the files read that they point at. */
export function toConfig(
  settings: Settings,
  effective: EffectiveSettings,
  files: SecretFiles,
): Config {
  const { rgw } = settings.audit;
  const at = ['audit', 'rgw'];
  return {
    service: camelise(settings.service),
    http: camelise(settings.http),
    source: { ...camelise(settings.source), kafka: kafkaConfig(settings, files) },
    delivery: camelise(settings.delivery),
    upstreams: Object.entries(settings.upstreams).map(([name, upstream]) =>
      upstreamDefinition(name, upstream, files),
    ),
    routes: settings.routes.map(routeDefinition),
    audit: camelise({
      ...settings.audit,
      hash: hashSettings(settings, files),
      rgw: {
        ...rgw,
        access_key_id:
          files.secret([...at, 'access_key_id_file'], rgw.access_key_id_file, rgw.access_key_id) ??
          '',
        secret_access_key:
          files.secret(
            [...at, 'secret_access_key_file'],
            rgw.secret_access_key_file,
            rgw.secret_access_key,
          ) ?? '',
      },
    }),
    metrics: camelise(settings.metrics),
    logs: camelise(settings.logs),
    telemetry: camelise(settings.telemetry),
    shutdown: camelise(settings.shutdown),
    effective,
  };
}

/** The key is read for `hmac` alone. */
function hashSettings({ audit }: Settings, files: SecretFiles) {
  const { kind, key_file: file } = audit.hash;
  const key = kind === 'hmac' ? files.key(['audit', 'hash', 'key_file'], file) : undefined;
  return { ...audit.hash, ...(key === undefined ? {} : { key }) };
}

function kafkaConfig({ source }: Settings, files: SecretFiles): KafkaConfig {
  const { tls, sasl, ...rest } = source.kafka;
  const at = ['source', 'kafka'];
  const password = files.secret(
    [...at, 'sasl', 'password_file'],
    sasl.password_file,
    sasl.password,
  );
  const clientSecret = files.secret(
    [...at, 'sasl', 'client_secret_file'],
    sasl.client_secret_file,
    sasl.client_secret,
  );
  return {
    ...camelise(rest),
    sasl: {
      ...camelise(sasl),
      ...(password === undefined ? {} : { password }),
      ...(clientSecret === undefined ? {} : { clientSecret }),
    },
    tls: {
      enabled: tls.enabled,
      ...files.tls([...at, 'tls'], tls),
      serverName: tls.server_name ?? undefined,
    },
  };
}

function upstreamDefinition(
  name: string,
  upstream: UpstreamSettings,
  files: SecretFiles,
): UpstreamDefinition {
  const { tls } = upstream;
  const at = ['upstreams', name, 'tls'];
  const bulkhead = camelise(upstream.bulkhead);
  const { externalIpUrl, ...network } = camelise(upstream.network);
  return {
    name,
    origin: upstream.origin.replace(/\/$/, ''),
    timeouts: camelise(upstream.timeouts),
    retry: camelise(upstream.retry),
    bulkhead,
    circuit: camelise(upstream.circuit),
    rateLimit: camelise(upstream.rate_limit),
    connections: camelise(upstream.connections),
    tls: {
      ...files.tls(at, tls),
      serverName: tls.server_name ?? undefined,
      minVersion: tls.min_version,
    },
    network: { ...network, externalIpUrl: externalIpUrl ?? undefined },
  };
}

function routeDefinition(route: RouteSettings): RouteDefinition {
  const { request } = route;
  return {
    name: route.name,
    group: route.group ?? route.name,
    topics: route.topics,
    match: { headers: matchValues(route.match.headers), value: matchValues(route.match.value) },
    action: route.action,
    upstream: route.upstream,
    request: {
      method: request.method,
      path: request.path ?? '/',
      query: request.query,
      headers: request.headers,
      forwardHeaders: request.forward_headers,
      // A JSON body is a feature to come, and its warning says that the value is sent.
      body: request.body === 'none' ? 'none' : 'value',
      bodyBytesMax: request.body_bytes_max,
    },
    nullValue: route.null_value,
    success: route.success,
    responseBytesMax: route.response_bytes_max,
    transient: route.transient,
    idempotency: {
      honoured: route.idempotency.honoured,
      header: route.idempotency.header,
      from: route.idempotency.from ?? undefined,
      format: route.idempotency.format,
    },
    order: route.order,
    auditBodies: route.audit.bodies === 'none' ? 'none' : 'digest',
    auditExcerpt: excerptDefinition(route.audit),
  };
}

function excerptDefinition({
  bodies,
  paths = [],
  headers = [],
}: RouteSettings['audit']): RouteDefinition['auditExcerpt'] {
  if (bodies !== 'redacted' || paths.length + headers.length === 0) return undefined;
  return {
    paths: paths.map((path) => path.split('.')),
    headers: [...new Set(headers.map((name) => name.toLowerCase()))],
  };
}

type WrittenMatch = RouteSettings['match']['headers'];

function matchValues(written: WrittenMatch): Readonly<Record<string, MatchValue>> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
}
