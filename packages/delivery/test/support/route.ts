import type { RouteDefinition, SourceRecord } from '@netscope/domain';

const text = new TextEncoder();

/** A route with every default of the configuration, changed where a test says so. */
export function route(changes: Partial<RouteDefinition> = {}): RouteDefinition {
  return {
    name: 'partner-send',
    group: 'partner',
    topics: ['orders'],
    match: { headers: {}, value: {} },
    action: 'send',
    upstream: 'partner',
    nullValue: 'park',
    success: ['2xx'],
    responseBytesMax: 1024,
    transient: [408, 425, 429, '5xx'],
    order: 'key',
    auditBodies: 'digest',
    ...changes,
    request: {
      method: 'POST',
      path: '/v1/send',
      query: {},
      headers: {},
      forwardHeaders: [],
      body: 'value',
      bodyBytesMax: 1024,
      ...changes.request,
    },
    idempotency: {
      honoured: false,
      header: 'Idempotency-Key',
      from: undefined,
      format: 'plain',
      ...changes.idempotency,
    },
  };
}

interface RecordChanges {
  readonly offset?: number;
  readonly key?: string | null;
  readonly value?: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly topic?: string;
}

/** A record of topic `orders`, changed where a test says so. */
export function record(changes: RecordChanges = {}): SourceRecord {
  const { key = 'k', value = '{"id":7}', headers = {} } = changes;
  return {
    topic: changes.topic ?? 'orders',
    partition: 0,
    offset: changes.offset ?? 0,
    timestampMs: 1_771_578_000_000,
    key: key === null ? null : text.encode(key),
    value: typeof value === 'string' ? text.encode(value) : value,
    headers: Object.entries(headers).map(([name, one]) => ({ name, value: text.encode(one) })),
  };
}
