import type { TrailEvent } from '../reader/event-filter.ts';
import type { FoundEvent } from '../reader/search-trail.ts';
import { parseEventKey } from '../reader/trail-keys.ts';
import { timestampMs } from '../spool/timestamp-ms.ts';

/** Types of columns, in DuckDB's words. A `TIMESTAMP` is in UTC. */
export type ColumnType =
  | 'BIGINT'
  | 'BOOLEAN'
  | 'DOUBLE'
  | 'INTEGER'
  | 'JSON'
  | 'TIMESTAMP'
  | 'VARCHAR';

/** What a cell holds: ms since the epoch in a `TIMESTAMP`, digits in a `BIGINT`; `null` is none. */
export type Cell = string | number | bigint | boolean | null;

/** One column of the table `events`. Names and types are stable; columns are only added. */
export interface EventColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Where in the event it is, as a path with dots; what is not of its type reads as NULL. */
  readonly path: string;
  readonly says: string;
}

/** Columns that come of where an event was found, and not of a field. */
const ORIGIN = { service: '(key: service)', object: '(key)', event: '(line)' } as const;

/** The columns of `events`, in the order of `select *`. */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  column('timestamp', 'TIMESTAMP', 'timestamp', 'the end of the call, or when it happened'),
  column('event_type', 'VARCHAR', 'event_type', 'request.completed, request.failed, ...'),
  column('severity', 'VARCHAR', 'severity', 'INFO, WARN or ERROR'),
  column('service', 'VARCHAR', ORIGIN.service, 'as keys write it'),
  column('node', 'VARCHAR', 'integrity.node', 'the node that wrote it'),
  column('epoch', 'VARCHAR', 'integrity.epoch', "the life of the node's spool"),
  column('seq', 'BIGINT', 'integrity.seq', 'counts the lines of an epoch'),
  column('trace_id', 'VARCHAR', 'trace_id', '32 hex digits'),
  column('span_id', 'VARCHAR', 'span_id', '16 hex digits'),
  column('request_id', 'VARCHAR', 'request_id', 'a UUID; one for each call'),
  column('idempotency_key', 'VARCHAR', 'idempotency_key', 'the same for all calls of a record'),
  column('route', 'VARCHAR', 'route', 'the route that matched'),
  column('route_group', 'VARCHAR', 'route_group', 'its label in metrics'),
  column('method', 'VARCHAR', 'method', 'HTTP method'),
  column('outcome', 'VARCHAR', 'outcome', 'responded, timed_out, refused, failed or aborted'),
  column('status_code', 'INTEGER', 'upstream.status_code', 'HTTP status, where one came'),
  column('latency_ms', 'DOUBLE', 'upstream.latency_ms', 'the whole call, with its retries'),
  column('upstream', 'VARCHAR', 'upstream.name', 'the upstream called, or whose circuit changed'),
  column('upstream_host', 'VARCHAR', 'upstream.host', ''),
  column('upstream_port', 'INTEGER', 'upstream.port', ''),
  column('remote_address', 'VARCHAR', 'upstream.remote_address', 'of the last socket'),
  column('internal_ip', 'VARCHAR', 'internal_ip', 'the local address'),
  column('external_ip', 'VARCHAR', 'external_ip', 'the address that the outside sees, where known'),
  column('source_kind', 'VARCHAR', 'source.kind', 'kafka or embedded'),
  column('source_cluster', 'VARCHAR', 'source.cluster', ''),
  column('source_group', 'VARCHAR', 'source.group', 'the consumer group'),
  column('source_topic', 'VARCHAR', 'source.topic', ''),
  column('source_partition', 'INTEGER', 'source.partition', ''),
  column('source_offset', 'BIGINT', 'source.offset', ''),
  column('source_key_sha256', 'VARCHAR', 'source.key_sha256', "of the record's key"),
  column('source_timestamp', 'TIMESTAMP', 'source.timestamp', "the record's own time"),
  column('attempt_count', 'INTEGER', 'resilience.attempts', 'HTTP requests of this call'),
  column('retry_count', 'INTEGER', 'resilience.retry_count', ''),
  column('timeout_count', 'INTEGER', 'resilience.timeout_count', ''),
  column('timeout_type', 'VARCHAR', 'resilience.timeout_type', 'connect, read or global'),
  column('elapsed_ms', 'DOUBLE', 'resilience.elapsed_ms', 'when the timeout fired'),
  column('circuit_state', 'VARCHAR', 'resilience.circuit_state', 'as the call left it'),
  column('tries', 'INTEGER', 'resilience.tries', 'calls of this record so far'),
  column('backpressure_ms', 'DOUBLE', 'resilience.backpressure_ms', 'held back before the call'),
  column(
    'bytes_sent',
    'BIGINT',
    'network.bytes_sent',
    'what left this host, as far as the kernel tells',
  ),
  column('bytes_received', 'BIGINT', 'network.bytes_received', ''),
  column('attempts', 'JSON', 'network.attempts', 'a list, with phases, socket and TLS of each'),
  column('verdict_party', 'VARCHAR', 'network.verdict.party', 'who held the call up'),
  column('verdict_path', 'VARCHAR', 'network.verdict.path', 'direct, proxied or unknown'),
  column('verdict_network_ms', 'DOUBLE', 'network.verdict.network_ms', ''),
  column('verdict_upstream_ms', 'DOUBLE', 'network.verdict.upstream_ms', ''),
  column('verdict_local_ms', 'DOUBLE', 'network.verdict.local_ms', ''),
  column('path_template', 'VARCHAR', 'request.path_template', ''),
  column('target_sha256', 'VARCHAR', 'request.target_sha256', 'of the path that was sent'),
  column('content_type', 'VARCHAR', 'request.content_type', ''),
  column('request_sha256', 'VARCHAR', 'payload.request.sha256', 'of the body that was sent'),
  column('request_bytes', 'BIGINT', 'payload.request.bytes', ''),
  column('response_sha256', 'VARCHAR', 'payload.response.sha256', 'of the body that came back'),
  column('response_bytes', 'BIGINT', 'payload.response.bytes', ''),
  column('response_truncated', 'BOOLEAN', 'response.truncated', 'true, or NULL'),
  column('request_headers', 'JSON', 'request.headers', "sent, of the route's `audit.headers`"),
  column('response_headers', 'JSON', 'response.headers', 'the same of what came back'),
  column(
    'request_redacted',
    'JSON',
    'payload.request.redacted',
    "what the route's `audit.paths` let through of the body that was sent",
  ),
  column('response_redacted', 'JSON', 'payload.response.redacted', 'and of what came back'),
  column('request_unread', 'VARCHAR', 'payload.request.unread', 'why nothing was read of it'),
  column('response_unread', 'VARCHAR', 'payload.response.unread', ''),
  column(
    'request_omitted',
    'INTEGER',
    'payload.request.omitted',
    'values that are allowed and could not be shown: no room, no scalar, no Unicode',
  ),
  column('response_omitted', 'INTEGER', 'payload.response.omitted', ''),
  column('error_code', 'VARCHAR', 'result.error_code', 'why a call has no answer'),
  column('error_message', 'VARCHAR', 'result.error_message', ''),
  column('park_reason', 'VARCHAR', 'result.reason', 'why a record was parked'),
  column('park_tries', 'INTEGER', 'result.tries', 'the tries it had been given by then'),
  column('dead_letter_topic', 'VARCHAR', 'result.dead_letter.topic', ''),
  column('dead_letter_partition', 'INTEGER', 'result.dead_letter.partition', ''),
  column('dead_letter_offset', 'BIGINT', 'result.dead_letter.offset', ''),
  column('circuit_from', 'VARCHAR', 'circuit.from', 'of circuit.changed'),
  column('circuit_to', 'VARCHAR', 'circuit.to', 'closed, open, half_open or isolated'),
  column('circuit_reason', 'VARCHAR', 'circuit.reason', ''),
  column('facts', 'JSON', 'facts', 'of system.*, operator.action, audit.gap and the like'),
  column(
    'encrypted_fields',
    'JSON',
    'encrypted.fields',
    'what no key opened; NULL where nothing is hidden',
  ),
  column('event_version', 'VARCHAR', 'event_version', 'as it was written'),
  column('prev', 'VARCHAR', 'integrity.prev', 'SHA-256 of the line before'),
  column('object', 'VARCHAR', ORIGIN.object, 'the key of the object that holds it'),
  column('event', 'JSON', ORIGIN.event, 'the whole line, every field included'),
];

/** Reads the cell of a column from an event. */
export type CellReader = (found: FoundEvent) => Cell;

/** Makes the reader of a column. */
export function cellReader({ type, path }: EventColumn): CellReader {
  if (path === ORIGIN.event) return ({ line }) => line.toString('utf8');
  if (path === ORIGIN.object) return ({ key }) => key;
  if (path === ORIGIN.service) return serviceReader();
  const names = path.split('.');
  const read = READ_BY_TYPE[type];
  return ({ event }) => read(at(event, names));
}

function column(
  ...[name, type, path, says]: readonly [string, ColumnType, string, string]
): EventColumn {
  return { name, type, path, says };
}

/** Events come object by object: a key is parsed once for all of its events. */
function serviceReader(): CellReader {
  let last: string | undefined;
  let service: Cell = null;
  return ({ key }) => {
    if (key !== last) service = parseEventKey(key)?.service ?? null;
    last = key;
    return service;
  };
}

function at(event: TrailEvent, names: readonly string[]): unknown {
  let value: unknown = event;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has unknown fields
    value = (value as TrailEvent)[name];
  }
  return value;
}

const INTEGER_MAX = 2 ** 31 - 1;
const DIGITS = /^\d{1,19}$/;
const BIGINT_MAX = 2n ** 63n - 1n;

const READ_BY_TYPE: Readonly<Record<ColumnType, (value: unknown) => Cell>> = {
  VARCHAR: (value) => (typeof value === 'string' ? value : null),
  DOUBLE: (value) => (typeof value === 'number' ? value : null),
  INTEGER: (value) =>
    Number.isInteger(value) && Math.abs(Number(value)) <= INTEGER_MAX ? Number(value) : null,
  BIGINT: (value) => bigintOf(value),
  BOOLEAN: (value) => (typeof value === 'boolean' ? value : null),
  TIMESTAMP: (value) => (typeof value === 'string' ? (timestampMs(value) ?? null) : null),
  JSON: (value) => (value === undefined ? null : JSON.stringify(value)),
};

/** Offsets are written as digits, because they may be past what a number can tell. */
function bigintOf(value: unknown): Cell {
  if (Number.isSafeInteger(value)) return BigInt(Number(value));
  if (typeof value !== 'string' || !DIGITS.test(value)) return null;
  const whole = BigInt(value);
  return whole <= BIGINT_MAX ? whole : null;
}
