import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

/** An event as a test writes it: a line of JSON. */
export type TrailLine = Readonly<Record<string, unknown>> & { readonly timestamp: string };

const EPOCH = '000000000001ab12';

/** Whose lines they are; by default those of the first life of `netscope-0`. */
export interface TrailWriter {
  readonly node?: string;
  readonly epoch?: string;
}

/** Puts events below `root` as a node would: an object for each hour. */
export function writeTrail(
  root: string,
  lines: readonly TrailLine[],
  { node = 'netscope-0', epoch = EPOCH }: TrailWriter = {},
): void {
  const byHour = Map.groupBy(lines, ({ timestamp }) => timestamp.slice(0, 13));
  let seq = 0;
  for (const [hour, events] of byHour) {
    const [day, time] = hour.split('T');
    const first = seq + 1;
    const texts = events.map((event) => {
      seq += 1;
      const integrity = { node, epoch, seq, prev: '0'.repeat(64) };
      return `${JSON.stringify({ event_version: '1.0', ...event, integrity })}\n`;
    });
    const [from, to] = [first, seq].map((number) => String(number).padStart(12, '0'));
    const key = `audit/v1/dt=${day}/hour=${time}/service=shop/events-${node}-${epoch}-${from}-${to}.jsonl.zst`;
    mkdirSync(dirname(join(root, key)), { recursive: true });
    writeFileSync(join(root, key), zstdCompressSync(texts.join('')));
  }
}

/** What a test wants to see of a call; without a status it timed out. */
export interface CallFacts {
  readonly at: string;
  readonly request: number;
  readonly key?: string;
  readonly upstream?: string;
  readonly status?: number;
  readonly errorCode?: string;
  readonly latencyMs: number;
  readonly party?: string;
  /** Proxied: what is the network's cannot be told. */
  readonly path?: 'direct' | 'proxied';
  readonly tries?: number;
  readonly responseSha256?: string;
  readonly attempts?: number;
  /** What its route shows of the bodies. */
  readonly redacted?: { readonly request: unknown; readonly response?: unknown };
}

/** A call as it is written, with what a test wants to see of it. */
export function callLine(facts: CallFacts): TrailLine {
  const { at, request, key = `key-${request}`, status, upstream = 'partner' } = facts;
  const isFailed = status === undefined || status >= 300;
  return {
    event_type: isFailed ? 'request.failed' : 'request.completed',
    severity: isFailed ? 'WARN' : 'INFO',
    timestamp: at,
    trace_id: String(request).padStart(32, 'a'),
    request_id: `00000000-0000-4000-8000-${String(request).padStart(12, '0')}`,
    idempotency_key: key,
    route: 'orders-send',
    route_group: 'orders',
    method: 'POST',
    outcome: status === undefined ? 'timed_out' : 'responded',
    source: { kind: 'kafka', topic: 'orders', partition: request % 3, offset: String(request) },
    upstream: {
      name: upstream,
      host: `${upstream}.example.net`,
      port: 443,
      status_code: status,
      latency_ms: facts.latencyMs,
    },
    ...measured(facts),
    payload: {
      request: { sha256: 'a'.repeat(64), bytes: 512, redacted: facts.redacted?.request },
      response: answered(facts),
    },
    result: errorOf(facts),
  };
}

function measured(facts: CallFacts) {
  const { attempts = 1, tries = 1, status, latencyMs, party = 'upstream', path = 'direct' } = facts;
  const isTimeout = status === undefined;
  return {
    resilience: {
      attempts,
      retry_count: attempts - 1,
      timeout_count: isTimeout ? 1 : 0,
      timeout_type: isTimeout ? 'read' : undefined,
      circuit_state: 'closed',
      tries,
    },
    network: {
      bytes_sent: 512,
      bytes_received: 231,
      attempts: Array.from({ length: attempts }, (_, index) => ({
        outcome: isTimeout ? 'timed_out' : 'responded',
        total_ms: latencyMs / 2,
        backoff_ms: index > 0 ? 5 : undefined,
        phases_ms: { queue: 0.5, wait: latencyMs / 4, unaccounted: 0.25 },
      })),
      verdict: {
        party,
        path,
        network_ms: path === 'proxied' ? undefined : 0.5,
        upstream_ms: latencyMs - 1,
        local_ms: 0.5,
      },
    },
  };
}

function answered({ status, responseSha256 = 'b'.repeat(64), redacted }: CallFacts) {
  if (status === undefined) return undefined;
  return { sha256: responseSha256, bytes: 231, redacted: redacted?.response };
}

function errorOf({ errorCode }: CallFacts) {
  if (errorCode === undefined) return undefined;
  return { error_code: errorCode, error_message: 'no response within 1000 ms' };
}

/** A change of a circuit. */
export function circuitLine(at: string, from: string, to: string): TrailLine {
  return {
    event_type: 'circuit.changed',
    severity: 'WARN',
    timestamp: at,
    trace_id: 'c'.repeat(32),
    upstream: { name: 'partner' },
    circuit: { from, to, reason: '5 failures in a row' },
  };
}

const ORDER_A = { request: { order: { id: 'A 17' } } };

/** A quarter of an hour in which `partner` fails, and what it left behind. */
export const INCIDENT: readonly TrailLine[] = [
  {
    event_type: 'system.started',
    severity: 'INFO',
    timestamp: '2026-11-21T11:59:58.000Z',
    trace_id: 'c'.repeat(32),
    facts: { version: '0.1.0', previous_epoch: 'clean' },
  },
  callLine({
    at: '2026-11-21T12:00:01.000Z',
    request: 1,
    status: 200,
    latencyMs: 20,
    redacted: { request: { order: { id: 'B 9' } } },
  }),
  callLine({
    at: '2026-11-21T12:00:02.000Z',
    request: 2,
    status: 200,
    latencyMs: 30,
    party: 'local',
  }),
  callLine({
    at: '2026-11-21T12:00:30.000Z',
    request: 3,
    status: 201,
    latencyMs: 40,
    upstream: 'bank',
  }),
  callLine({
    at: '2026-11-21T12:01:05.000Z',
    request: 4,
    status: 503,
    latencyMs: 90,
    attempts: 2,
    redacted: ORDER_A,
  }),
  callLine({
    at: '2026-11-21T12:01:20.000Z',
    request: 5,
    key: 'key-4',
    latencyMs: 1000,
    errorCode: 'UPSTREAM_TIMEOUT',
    redacted: ORDER_A,
    tries: 2,
    party: 'network',
  }),
  circuitLine('2026-11-21T12:01:21.000Z', 'closed', 'open'),
  circuitLine('2026-11-21T12:01:26.000Z', 'open', 'half_open'),
  circuitLine('2026-11-21T12:01:26.500Z', 'half_open', 'closed'),
  callLine({
    at: '2026-11-21T12:02:00.000Z',
    request: 6,
    key: 'key-4',
    status: 200,
    redacted: { ...ORDER_A, response: { state: 'taken' } },
    latencyMs: 25,
    tries: 3,
  }),
  callLine({
    at: '2026-11-21T12:02:10.000Z',
    request: 7,
    key: 'key-1',
    status: 200,
    latencyMs: 22,
    responseSha256: 'd'.repeat(64),
  }),
  callLine({
    at: '2026-11-21T12:03:00.000Z',
    request: 8,
    status: 422,
    latencyMs: 15,
    upstream: 'bank',
  }),
  {
    event_type: 'request.quarantined',
    severity: 'ERROR',
    timestamp: '2026-11-21T12:03:00.010Z',
    trace_id: 'a'.repeat(32),
    request_id: '00000000-0000-4000-8000-000000000008',
    idempotency_key: 'key-8',
    route_group: 'orders',
    source: { kind: 'kafka', topic: 'orders', partition: 2, offset: '8' },
    result: {
      reason: 'rejected',
      tries: 1,
      error_code: 'UPSTREAM_REJECTED',
      dead_letter: { topic: 'orders.dead', partition: 0, offset: '17' },
    },
  },
  {
    event_type: 'audit.gap',
    severity: 'ERROR',
    timestamp: '2026-11-21T13:15:00.000Z',
    trace_id: 'c'.repeat(32),
    facts: {
      events: 42,
      first_at: '2026-11-21T13:10:00.000Z',
      last_at: '2026-11-21T13:14:00.000Z',
    },
  },
];
