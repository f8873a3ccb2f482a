import type { LogFields } from '@netscope/domain';

/**
 * Every field that may stand in a log line. A name that is not here is withheld, whatever it holds:
 * what nobody thought of cannot leak.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'trace_id',
  'span_id',
  'request_id',
  'route',
  'route_group',
  'upstream',
  'method',
  'status',
  'outcome',
  'timeout_type',
  'error_code',
  'latency_ms',
  'elapsed_ms',
  'duration_ms',
  'tries',
  'attempts',
  'retry_count',
  'timeout_count',
  'circuit_state',
  'party',
  'backpressure_ms',
  'topic',
  'topics',
  'partition',
  'partitions',
  'offset',
  'generation',
  'group_id',
  'member_id',
  'lag',
  'records',
  'waiting',
  'waiting_bytes',
  'in_flight',
  'bytes',
  'bytes_max',
  'topic_bytes_max',
  'from',
  'to',
  'state',
  'reason',
  'origin',
  'cause',
  'client',
  'clients',
  'dropped',
  'committed',
  'acknowledged',
  'chars_max',
  'position',
  'log_start',
  'log_end',
  'dead_letter_topic',
  'dropped_events',
  'severity',
  'event_type',
  'target',
  'name',
  'action',
  'by',
  'store',
  'bucket',
  'object',
  'segment',
  'segments',
  'head',
  'key_id',
  'public_key',
  'versioned',
  'object_lock',
  'conditional_put',
  'seq',
  'first_seq',
  'last_seq',
  'epoch',
  'lines',
  'events',
  'unwritten_bytes',
  'file',
  'host',
  'port',
  'address',
  'url',
  'metric',
  'metrics_port',
  'signal',
  'exit_code',
  'version',
  'node_version',
  'pid',
  'delivered',
  'parked',
  'skipped',
  'stored',
  'spooled',
  'sha256',
  'warnings',
  'where',
  'level',
  'part',
  'listener',
  'count',
  'delay_ms',
  'budget_ms',
  'drain_ms',
  'capabilities',
  'data_dir',
]);

const TEXT_MAX = 1000;

/** The fields that may be written, and the names of those that were withheld. */
export function allowedFields(fields: LogFields): Readonly<Record<string, unknown>> {
  const allowed: Record<string, unknown> = {};
  let withheld: string[] | undefined;
  for (const name of Object.keys(fields)) {
    const value: unknown = fields[name];
    if (value === undefined) continue;
    if (ALLOWED_FIELDS.has(name) && isPrimitive(value)) {
      allowed[name] = typeof value === 'string' ? safeText(value) : value;
    } else {
      (withheld ??= []).push(name);
    }
  }
  if (withheld !== undefined) allowed['withheld'] = withheld.join(', ').slice(0, TEXT_MAX);
  return allowed;
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The scheme is bounded, or a long word would cost the square of its length. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@]*@/gi;
const CREDENTIAL = /\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi;

/** A text of bounded length without what looks like credentials in it. */
export function safeText(text: string): string {
  const bounded = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return bounded.replaceAll(USER_INFO, '$1(redacted)@').replaceAll(CREDENTIAL, '$1 (redacted)');
}
