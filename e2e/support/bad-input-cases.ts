import { MARKER_HEADERS, type Rule } from '@netscope/test-support';

/** The answer of an upstream that misbehaves, and the call that comes of it. */
interface BadAnswer {
  readonly answer: Rule['answer'];
  readonly outcome: 'responded' | 'failed' | 'timed_out';
  /** Of `requests_total` and `errors_total`. */
  readonly statusClass: string;
  readonly status?: number;
  /** What goes up besides, in `upstream` or by a `timeout_type`. */
  readonly alsoCounts?: string;
}

/** One thing that may be wrong with a record or with what it is answered. */
export interface BadCase {
  /** Also its key, its route, its path and its label in metrics. */
  readonly name: string;
  /** Default: JSON with an id. */
  readonly value?: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes of its route; `null` for none at all. */
  readonly route?: object | null;
  /** Absent where no call may be made. Each has its route's own label in the metrics. */
  readonly call?: BadAnswer;
  /** What must become of it: `delivered`, or the reason it is parked for. */
  readonly ends: string;
  readonly code?: string;
  /** The whole of the letter's `netscope-error-message`. */
  readonly message?: RegExp;
}

export const HUGE_BYTES = 100_000_000;
export const DEPTH_MAX = 128;
/** Calls that a record which keeps failing has. */
export const TRIES = 2;

const idInPath = { request: { method: 'POST', path: '/{value.id}', headers: MARKER_HEADERS } };
const BROKEN = 'UPSTREAM_CONNECTION_BROKEN';

/** Sound JSON with an id; nothing but its nesting can be wrong with it. */
function nested(depth: number): string {
  const inside = depth - 1;
  return `{"id":"nested-well","deep":${'['.repeat(inside)}${']'.repeat(inside)}}`;
}

const UNFIT: readonly BadCase[] = [
  {
    name: 'not-json',
    value: '{"id":',
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is not JSON$/u,
  },
  {
    name: 'not-utf-8',
    value: Buffer.from('{"id":"\u00FF"}', 'latin1'),
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is not UTF-8 where JSON is needed$/u,
  },
  {
    name: 'nested-one-too-deep',
    value: nested(DEPTH_MAX + 1),
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is nested deeper than 128 levels$/u,
  },
  {
    name: 'nested-far-too-deep',
    value: nested(50_000),
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is nested deeper than 128 levels$/u,
  },
  {
    // A reader that takes what an object inherits finds "Object".
    name: 'constructor',
    route: { request: { ...idInPath.request, path: '/{value.constructor.name}' } },
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^request\.path: \{value\.constructor\.name\} finds no value$/u,
  },
  {
    // The same of one that goes through objects alone: it finds 0.
    name: 'prototype',
    value: '{"list":[]}',
    route: { request: { ...idInPath.request, path: '/{value.list.__proto__.length}' } },
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^request\.path: \{value\.list\.__proto__\.length\} finds no value$/u,
  },
  {
    // A reader that merges what it parses finds the id in the prototype.
    name: 'own-prototype',
    value: '{"__proto__":{"id":1}}',
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^request\.path: \{value\.id\} finds no value$/u,
  },
  {
    name: 'no-value',
    value: '{"other":1}',
    route: idInPath,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^request\.path: \{value\.id\} finds no value$/u,
  },
  {
    name: 'framed',
    value: '\u0000\u0000\u0000\u0000\u0001x',
    route: idInPath,
    ends: 'undecodable',
    code: 'RECORD_UNDECODABLE',
    message: /^the value starts with a schema registry frame/u,
  },
  {
    name: 'too-large',
    value: 'x'.repeat(2000),
    ends: 'too_large',
    code: 'RECORD_TOO_LARGE',
    message: /^the body is 2000 bytes and request\.body_bytes_max is 1000$/u,
  },
  {
    name: 'newline',
    headers: { note: 'a\r\nevil: 1' },
    route: { request: { method: 'POST', path: '/newline', headers: { note: '{header.note}' } } },
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /: the value holds a line break or a character that no header may hold$/u,
  },
  {
    name: 'tombstone',
    value: null,
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is null and null_value is park$/u,
  },
  {
    name: 'empty',
    value: '',
    ends: 'malformed',
    code: 'RECORD_MALFORMED',
    message: /^the value is empty and null_value is park$/u,
  },
  {
    name: 'unrouted',
    route: null,
    ends: 'no_route',
    code: 'RECORD_UNROUTED',
    message: /^no route matches this record of topic e2e\.\S+$/u,
  },
];

const ANSWERED: readonly BadCase[] = [
  {
    name: 'nested-well',
    value: nested(DEPTH_MAX),
    route: idInPath,
    call: { ...responded(200), statusClass: '2xx' },
    ends: 'delivered',
  },
  {
    name: 'huge',
    call: {
      answer: { kind: 'huge_body', status: 200, bytes: HUGE_BYTES },
      outcome: 'responded',
      statusClass: '2xx',
      status: 200,
      alsoCounts: 'responses_truncated_total{upstream="partner"}',
    },
    ends: 'delivered',
  },
  { name: 'no-body', call: { ...responded(204), statusClass: '2xx' }, ends: 'delivered' },
  {
    name: 'redirect',
    call: { ...responded(302, { location: '/elsewhere' }), statusClass: '3xx' },
    ends: 'rejected',
    code: 'UPSTREAM_REJECTED',
    message: /^the upstream answered 302$/u,
  },
  {
    // What comes in under our own names is not kept, but for the key of a record that is sent again.
    name: 'refused',
    headers: {
      'x-tenant': 'north',
      'netscope-idempotency-key': 'given-before',
      'netscope-tries': '99',
      'netscope-reason': 'old',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
    call: { ...responded(422), statusClass: '4xx' },
    ends: 'rejected',
    code: 'UPSTREAM_REJECTED',
    message: /^the upstream answered 422$/u,
  },
  {
    name: 'unavailable',
    call: { ...responded(503), statusClass: '5xx' },
    ends: 'exhausted',
    code: 'UPSTREAM_REJECTED',
    message: /^the upstream answered 503$/u,
  },
  {
    name: 'broken-chunk',
    call: unanswered({ kind: 'broken_chunk', status: 200 }),
    ends: 'exhausted',
    code: 'UPSTREAM_PROTOCOL_ERROR',
    message: /^partner: the peer does not speak HTTP as it should$/u,
  },
  {
    name: 'early-close',
    call: unanswered({ kind: 'early_close', status: 200, bytes: 500 }),
    ends: 'exhausted',
    code: BROKEN,
    message: /^partner: the connection broke \([A-Z_]+\)$/u,
  },
  {
    name: 'reset',
    call: unanswered({ kind: 'reset' }),
    ends: 'exhausted',
    code: BROKEN,
    message: /^partner: the connection broke \(ECONNRESET\)$/u,
  },
  {
    name: 'silent',
    route: { upstream: 'hasty' },
    call: {
      answer: { kind: 'silence' },
      outcome: 'timed_out',
      statusClass: 'none',
      alsoCounts: 'timeouts_total{timeout_type="read",upstream="hasty"}',
    },
    ends: 'exhausted',
    code: 'UPSTREAM_TIMEOUT',
    message: /^hasty: the read timeout fired after \d+ ms$/u,
  },
];

/** Each of them alone, with a name of its own. */
export const BAD_CASES: readonly BadCase[] = [...UNFIT, ...ANSWERED];

/** The upstream's answers to them. */
export const BAD_ANSWERS: readonly Rule[] = ANSWERED.flatMap(({ name, call }) =>
  call === undefined ? [] : { when: { pathStartsWith: `/${name}` }, answer: call.answer },
);

function responded(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Pick<BadAnswer, 'answer' | 'outcome' | 'status'> {
  return { answer: { kind: 'respond', status, headers }, outcome: 'responded', status };
}

function unanswered(answer: Rule['answer']): BadAnswer {
  return { answer, outcome: 'failed', statusClass: 'none' };
}
