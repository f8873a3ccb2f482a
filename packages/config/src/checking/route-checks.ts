import { parsePlaceholder, parseTemplate } from '@netscope/domain';

import { nearest } from '../nearest.ts';
import type { RouteSettings, Settings } from '../schema/settings-schema.ts';
import { settingsSchema } from '../schema/settings-schema.ts';
import type { Check, Finding, RouteCheck } from './finding.ts';
import { HEADER_CHECKS } from './header-checks.ts';
import { isSecret, SECRET_NAME } from './redaction.ts';

/** What routes must hold to beyond their own keys. */
export const ROUTE_CHECKS: readonly Check[] = [
  uniqueNames,
  eachRoute(upstreamOf),
  eachRoute(pathOf),
  eachRoute(templatesOf),
  eachRoute(exactMatches),
  eachRoute(idempotencyOf),
  eachRoute(shownHeadersOf),
  ...HEADER_CHECKS.map(eachRoute),
  deadLetterTopic,
  responseTopics,
];

function eachRoute(check: RouteCheck): Check {
  return (settings) =>
    settings.routes.flatMap((route, index) => check(route, ['routes', String(index)], settings));
}

function uniqueNames({ routes }: Settings): readonly Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const [index, { name }] of routes.entries()) {
    if (seen.has(name)) {
      findings.push({
        path: ['routes', String(index), 'name'],
        expected: 'a name that no other route has',
      });
    }
    seen.add(name);
  }
  return findings;
}

function upstreamOf(
  route: RouteSettings,
  at: readonly string[],
  { upstreams }: Settings,
): readonly Finding[] {
  const path = [...at, 'upstream'];
  const known = Object.keys(upstreams);
  const names = known.length === 0 ? 'none is there' : `there are ${known.join(', ')}`;
  if (route.upstream === undefined) {
    if (route.action === 'skip') return [];
    return [{ path, expected: `the name of an upstream to send to; ${names}` }];
  }
  if (Object.hasOwn(upstreams, route.upstream)) return [];
  const near = nearest(route.upstream, known);
  const right = near === undefined ? names : `the nearest is ${near}`;
  // An upstream whose own name is at fault is told there.
  const others = [['upstreams', route.upstream]];
  return [{ path, others, expected: `the name of an upstream; ${right}` }];
}

function pathOf(route: RouteSettings, at: readonly string[]): readonly Finding[] {
  if (route.action === 'skip' || route.request.path !== undefined) return [];
  return [{ path: [...at, 'request', 'path'], expected: 'a path that begins with /' }];
}

function templatesOf(route: RouteSettings, at: readonly string[]): readonly Finding[] {
  const { request } = route;
  const base = [...at, 'request'];
  const findings = [
    ...(request.path === undefined ? [] : templateFault(request.path, [...base, 'path'])),
    ...templatesIn(request.query, [...base, 'query']),
    ...templatesIn(request.headers, [...base, 'headers']),
  ];
  if (typeof request.body === 'string') return findings;
  return [...findings, ...templatesIn(request.body.json, [...base, 'body', 'json'])];
}

function templatesIn(value: unknown, path: readonly string[]): readonly Finding[] {
  if (typeof value === 'string') return templateFault(value, path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => templatesIn(inner, [...path, key]));
}

/** A hidden value tells neither its text nor a name inside it. */
function templateFault(text: string, path: readonly string[]): readonly Finding[] {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'template') return [];
  const { position, message } = parsed.fault;
  const what = isSecret(settingsSchema, path) ? 'something malformed' : message;
  return [{ path, expected: `a template: at character ${position + 1} there is ${what}` }];
}

/** Past 2^53 a number is another than the one that was written. */
function exactMatches({ match }: RouteSettings, at: readonly string[]): readonly Finding[] {
  return Object.entries(match.value)
    .filter(([, value]) => [value].flat().some(isInexact))
    .map(([name, value]) => ({
      path: [...at, 'match', 'value', name],
      found: `${String([value].flat().find(isInexact))}, as the number is read`,
      expected: `a whole number of at most ${Number.MAX_SAFE_INTEGER}, or text in quotes`,
    }));
}

function isInexact(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function idempotencyOf(route: RouteSettings, at: readonly string[]): readonly Finding[] {
  const { from } = route.idempotency;
  if (from === null) return [];
  const placeholder = parsePlaceholder(from);
  if (placeholder?.kind === 'header' || placeholder?.kind === 'value') return [];
  return [{ path: [...at, 'idempotency', 'from'], expected: 'header.NAME or value.a.b' }];
}

/** Names that hold a credential besides those that `SECRET_NAME` finds. */
const CREDENTIAL_NAME = /session|jwt|dpop|authentication/i;

/** An audit trail is read by many and kept for long: no option puts a credential there. */
function shownHeadersOf(route: RouteSettings, at: readonly string[]): readonly Finding[] {
  return (route.audit.headers ?? []).flatMap((name, index) => {
    if (!SECRET_NAME.test(name) && !CREDENTIAL_NAME.test(name)) return [];
    const path = [...at, 'audit', 'headers', String(index)];
    return [{ path, expected: 'a header that holds no credential: the trail never shows those' }];
  });
}

function topicsRead({ routes }: Settings): ReadonlySet<string> {
  return new Set(routes.flatMap((route) => route.topics));
}

function deadLetterTopic(settings: Settings): readonly Finding[] {
  const read = topicsRead(settings);
  const topic = settings.source.kafka.dead_letter_topic;
  const looping = [...read].find((name) => read.has(topic.replaceAll('{topic}', name)));
  if (looping === undefined) return [];
  return [
    {
      path: ['source', 'kafka', 'dead_letter_topic'],
      expected: 'a topic that no route reads: a parked record would come back',
    },
  ];
}

function responseTopics(settings: Settings): readonly Finding[] {
  const read = topicsRead(settings);
  return settings.routes.flatMap((route, index) => {
    if (route.response === null || !read.has(route.response.topic)) return [];
    return [
      {
        path: ['routes', String(index), 'response', 'topic'],
        expected: 'a topic that no route reads: a response would be called in turn',
      },
    ];
  });
}
