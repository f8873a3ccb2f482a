import type { DeadLetter, SourceRecord } from '@netscope/domain';

/** A letter about a record that was rejected; what is not given of it is empty. */
export function letterAbout(
  topic: string,
  record: Partial<Pick<SourceRecord, 'key' | 'value' | 'headers' | 'offset'>>,
): DeadLetter {
  const at = { topic, partition: 0, offset: record.offset ?? 7, timestampMs: 0 };
  return {
    record: { key: null, value: null, headers: [], ...record, ...at },
    reason: 'rejected',
    context: {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: '01',
      tracestate: undefined,
      requestId: 'request',
      idempotencyKey: 'idempotency',
      route: 'send',
      routeGroup: 'send',
      internalIp: undefined,
      externalIp: undefined,
      source: { kind: 'kafka', cluster: 'c', group: 'g', keySha256: undefined, ...at },
    },
    upstream: 'partner',
    tries: 1,
    firstTryAtMs: 0,
    status: 404,
    errorCode: undefined,
    errorMessage: undefined,
  };
}
