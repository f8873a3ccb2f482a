import type { LogFields } from '@netscope/domain';

import { type ContextEdges, traceFor } from './call-context.ts';
import type { Delivery } from './delivery.ts';

/** Which record a log line is of, and which call where one is prepared (invariant I4). */
export function logFieldsOf(delivery: Delivery, edges: ContextEdges): LogFields {
  const { topic, partition, offset } = delivery.record;
  const call = delivery.prepared?.context;
  return {
    trace_id: traceFor(delivery, edges).traceId,
    span_id: call?.spanId,
    request_id: call?.requestId,
    route: delivery.disposition.route?.definition.name,
    upstream: delivery.upstream,
    topic,
    partition,
    offset,
  };
}
