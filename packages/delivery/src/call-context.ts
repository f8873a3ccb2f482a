import type { RequestContext, SourceCoordinates } from '@netscope/domain';

import type { CallContext, Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import { parkedKeyOf } from './idempotency-key.ts';
import { contentHash, coordinatesOf, type TraceIdentity, traceOf } from './identity.ts';
import { RecordView } from './record-view.ts';

const SPAN_BYTES = 8;

/** What the context of a call needs of the world around the record. */
export type ContextEdges = Pick<DeliveryEngineOptions, 'random' | 'source' | 'keyedHash'>;

/** The context of the record's next call: trace and key are the record's, span and id are new. */
export function contextOf(
  delivery: Delivery,
  idempotencyKey: string,
  edges: ContextEdges,
): CallContext {
  const { route } = delivery.disposition;
  const trace = traceFor(delivery, edges);
  return {
    traceId: trace.traceId,
    spanId: edges.random.hex(SPAN_BYTES),
    traceFlags: trace.traceFlags,
    tracestate: trace.tracestate,
    requestId: edges.random.uuid(),
    idempotencyKey,
    route: route?.definition.name,
    routeGroup: route?.definition.group,
    internalIp: undefined,
    externalIp: undefined,
    source: sourceFor(delivery, edges),
  };
}

/** The context of a parking: that of the record's last call, or one of its own where none was made. */
export function parkingContextOf(delivery: Delivery, edges: ContextEdges): RequestContext {
  const called = delivery.prepared?.context;
  if (called !== undefined) return called;
  const { value } = delivery.record;
  const key = parkedKeyOf({
    view: new RecordView(delivery.record),
    route: delivery.disposition.route,
    source: sourceFor(delivery, edges),
    traceId: traceFor(delivery, edges).traceId,
    valueSha256: value === null ? undefined : contentHash(value, edges.keyedHash),
  });
  return contextOf(delivery, key, edges);
}

/** The record's coordinates, worked out once. */
export function sourceFor(
  delivery: Delivery,
  { source, keyedHash }: ContextEdges,
): SourceCoordinates {
  delivery.source ??= coordinatesOf(delivery.record, {
    kind: source.kind,
    cluster: source.cluster(),
    group: source.group,
    keyedHash,
  });
  return delivery.source;
}

/** The record's trace, read or drawn once. */
export function traceFor(delivery: Delivery, { random }: ContextEdges): TraceIdentity {
  delivery.trace ??= traceOf(new RecordView(delivery.record), random);
  return delivery.trace;
}
