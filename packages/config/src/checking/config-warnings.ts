import { isDeepStrictEqual } from 'node:util';

import { callsAtOnce } from '@netscope/domain';

import type { ConfigWarning } from '../config-warning.ts';
import { placeOf, type MapNode, nodeAt } from '../reading/setting-node.ts';
import { DEFAULT_SETTINGS } from '../schema/default-settings.ts';
import type { Settings } from '../schema/settings-schema.ts';
import { FEATURES_TO_COME, type FeatureToCome } from './features-to-come.ts';
import { type Hint, pairHints } from './pair-warnings.ts';
import { SECRET_NAME } from './redaction.ts';

/** What is worth a look in settings that can be used. */
export function configWarnings(settings: Settings, root: MapNode): readonly ConfigWarning[] {
  return [
    ...featuresToCome(settings),
    ...repeatedWrites(settings, root),
    ...unusedUpstreams(settings),
    ...unaskedUrls(settings),
    ...routesOfNote(settings),
    ...routesBehind(settings),
    ...unsentHeaders(settings),
    ...statusesTwice(settings),
    ...excerptsOfNote(settings),
    ...spoolOfNote(settings),
    ...encryptionOfNote(settings),
    ...upstreamsOfNote(settings),
    ...drainOfNote(settings),
    ...pairHints(settings),
  ].map(({ path, message }) => ({ path: path.join('.'), where: placeOf(root, path), message }));
}

function featuresToCome(settings: Settings): readonly Hint[] {
  return FEATURES_TO_COME.flatMap((feature) =>
    pathsOf(feature, settings)
      .filter((path) => !isDefault(settings, path, feature))
      .map((path) => ({
        path,
        message: `not in this release yet: ${feature.instead}`,
      })),
  );
}

function pathsOf({ path }: FeatureToCome, settings: Settings): readonly (readonly string[])[] {
  const keys = path.split('.');
  const star = keys.indexOf('*');
  if (star === -1) return [keys];
  const owner = keys[0] === 'upstreams' ? settings.upstreams : settings.routes;
  return Object.keys(owner).map((name) => keys.with(star, name));
}

function isDefault(settings: Settings, path: readonly string[], feature: FeatureToCome): boolean {
  const standard = valueAt(DEFAULT_SETTINGS, feature.path.replace('*', '0').split('.'));
  const value = valueAt(settings, path);
  // Of the values that are not the default, `none` is there already.
  if (value === 'none' && path.at(-1) === 'body') return true;
  return isDeepStrictEqual(value, standard);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = Reflect.get(inner, key);
  }
  return inner;
}

const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** After bytes were sent and no answer came a write may have acted: somebody must have chosen. */
function repeatedWrites(settings: Settings, root: MapNode): readonly Hint[] {
  if (nodeAt(root, ['delivery', 'ambiguous']) !== undefined) return [];
  return settings.routes.flatMap((route, index) => {
    const isSafe = REPEATABLE.has(route.request.method) || route.idempotency.honoured;
    if (route.action === 'skip' || isSafe) return [];
    return [
      {
        path: ['routes', String(index), 'idempotency', 'honoured'],
        message:
          `a ${route.request.method} that got no answer is sent again, and the upstream does not ` +
          'promise to honour the key: set idempotency.honoured: true where it does, or choose ' +
          'delivery.ambiguous (retry or park)',
      },
    ];
  });
}

function unusedUpstreams({ routes, upstreams }: Settings): readonly Hint[] {
  const used = new Set(routes.map((route) => route.upstream));
  return Object.keys(upstreams)
    .filter((name) => !used.has(name))
    .map((name) => ({ path: ['upstreams', name], message: 'no route sends to this upstream' }));
}

function unaskedUrls({ upstreams }: Settings): readonly Hint[] {
  return Object.entries(upstreams)
    .filter(([, { network }]) => network.external_ip !== 'auto' && network.external_ip_url !== null)
    .map(([name, { network }]) => ({
      path: ['upstreams', name, 'network', 'external_ip_url'],
      message: `nobody is asked: external_ip is ${network.external_ip}`,
    }));
}

function routesOfNote({ routes }: Settings): readonly Hint[] {
  const hints: Hint[] = [];
  if (routes.length === 0) {
    hints.push({ path: ['routes'], message: 'no route: every record is parked as no_route' });
  }
  for (const [index, { request, action }] of routes.entries()) {
    const hasBody = request.method === 'GET' || request.method === 'HEAD';
    if (action === 'send' && hasBody && request.body !== 'none') {
      hints.push({
        path: ['routes', String(index), 'request', 'body'],
        message: `a ${request.method} with a body, which many servers refuse: body: none`,
      });
    }
  }
  return hints;
}

/** The header of the key is the call's own, whatever the route says of it. */
function unsentHeaders({ routes }: Settings): readonly Hint[] {
  return routes.flatMap(({ request, idempotency }, index) =>
    Object.keys(request.headers)
      .filter((name) => name.toLowerCase() === idempotency.header.toLowerCase())
      .map((name) => ({
        path: ['routes', String(index), 'request', 'headers', name],
        message: 'without effect: idempotency.header names it, and its value is the key',
      })),
  );
}

type Status = Settings['routes'][number]['success'][number];

/** A call repeats what is transient before anybody asks whether it is a success. */
function statusesTwice({ routes }: Settings): readonly Hint[] {
  return routes.flatMap(({ success, transient }, index) => {
    const both = success.find((one) => transient.some((other) => isWithin(one, other)));
    const twice = both ?? transient.find((one) => success.some((other) => isWithin(one, other)));
    if (twice === undefined) return [];
    const message = `${twice} is in success and in transient: a call repeats it, and delivers the record with the last`;
    return [{ path: ['routes', String(index), 'transient'], message }];
  });
}

function isWithin(status: Status, other: Status): boolean {
  return status === other || `${String(status).slice(0, 1)}xx` === other;
}

/** The first route that matches wins: one that takes all of a topic leaves none to those behind. */
function routesBehind({ routes }: Settings): readonly Hint[] {
  const takerByTopic = new Map<string, string>();
  const hints: Hint[] = [];
  for (const [index, { name, topics, match }] of routes.entries()) {
    const takers = topics.map((topic) => takerByTopic.get(topic));
    if (takers.every((taker) => taker !== undefined)) {
      hints.push({
        path: ['routes', String(index)],
        message: `no record comes to it: ${[...new Set(takers)].join(', ')} before it matches every record of ${topics.join(', ')}`,
      });
    }
    const takesAll = Object.keys({ ...match.headers, ...match.value }).length === 0;
    if (!takesAll) continue;
    for (const topic of topics) if (!takerByTopic.has(topic)) takerByTopic.set(topic, name);
  }
  return hints;
}

/** What a route's audit shows, and is not asked to; or shows, and a person would not. */
function excerptsOfNote({ routes }: Settings): readonly Hint[] {
  return routes.flatMap(({ audit }, index) => {
    const at = ['routes', String(index), 'audit'];
    const { bodies, paths = [], headers = [] } = audit;
    const count = paths.length + headers.length;
    if (bodies === 'redacted') {
      return count > 0
        ? secretPaths(paths, [...at, 'paths'])
        : [{ path: [...at, 'bodies'], message: 'neither paths nor headers: digests are kept' }];
    }
    if (count === 0) return [];
    const named = paths.length > 0 ? 'paths' : 'headers';
    const message = `without effect: bodies is ${bodies}, and only redacted shows anything`;
    return [{ path: [...at, named], message }];
  });
}

function secretPaths(paths: readonly string[], at: readonly string[]): readonly Hint[] {
  return paths.flatMap((path, index) =>
    SECRET_NAME.test(path)
      ? [
          {
            path: [...at, String(index)],
            message: `${path} sounds like a secret, and the audit trail will hold it in clear`,
          },
        ]
      : [],
  );
}

function spoolOfNote({ audit: { segment, spool } }: Settings): readonly Hint[] {
  if (segment.bytes_max <= spool.bytes_max) return [];
  return [
    {
      path: ['audit', 'segment', 'bytes_max'],
      message: `over audit.spool.bytes_max (${spool.bytes_max}): the spool is full before a segment is, and is emptied by age_max_ms alone`,
    },
  ];
}

function encryptionOfNote({ audit: { encryption } }: Settings): readonly Hint[] {
  const { key_files: keyFiles, fields } = encryption;
  const standard = DEFAULT_SETTINGS.audit.encryption.fields;
  if (keyFiles.length === 0 && !isDeepStrictEqual(fields, standard)) {
    return [
      {
        path: ['audit', 'encryption', 'fields'],
        message: 'NOTHING IS ENCRYPTED: key_files names no key',
      },
    ];
  }
  if (keyFiles.length > 0 && fields.length === 0) {
    return [
      { path: ['audit', 'encryption', 'fields'], message: 'NOTHING IS ENCRYPTED: fields is empty' },
    ];
  }
  return [];
}

/** Bounds of one upstream that leave another without effect. */
function upstreamsOfNote({ upstreams }: Settings): readonly Hint[] {
  const hints: Hint[] = [];
  for (const [name, upstream] of Object.entries(upstreams)) {
    const { origin, bulkhead, connections, retry, timeouts } = upstream;
    const { max, http2 } = connections;
    const inFlight = bulkhead.in_flight;
    if (callsAtOnce({ origin, inFlight, connections: max, http2 }) < inFlight) {
      hints.push({
        path: ['upstreams', name, 'connections', 'max'],
        message: `below bulkhead.in_flight (${inFlight}), which it cuts to ${max}: on HTTP/1.1 each call has a connection of its own`,
      });
    }
    if (retry.attempts > 1 && retry.base_ms >= timeouts.global_ms) {
      hints.push({
        path: ['upstreams', name, 'retry', 'base_ms'],
        message: `not below timeouts.global_ms (${timeouts.global_ms}): hardly a second attempt fits into a call`,
      });
    }
  }
  return hints;
}

/** A member whose heart does not beat for its session loses its partitions: half is left for the commit. */
function drainOfNote({ source: { kafka } }: Settings): readonly Hint[] {
  const longestMs = kafka.session_timeout_ms / 2;
  if (kafka.revoke_drain_ms <= longestMs) return [];
  return [
    {
      path: ['source', 'kafka', 'revoke_drain_ms'],
      message: `over half of session_timeout_ms, to which it is cut: ${longestMs} ms`,
    },
  ];
}
