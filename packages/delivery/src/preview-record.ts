import type { OutboundRequest, SideExcerpts, SourceRecord } from '@netscope/domain';

import type { ContextEdges } from './call-context.ts';
import { Delivery } from './delivery.ts';
import { LeaseState } from './lease-state.ts';
import { RecordView } from './record-view.ts';
import { prepareCall } from './request-factory.ts';
import { type Disposition, parked, type RouteTable } from './route-table.ts';

/** Where a record would go, without anything being sent. */
export interface RecordPreview {
  readonly disposition: Disposition;
  /** Present where it would be sent. */
  readonly request: OutboundRequest | undefined;
  /** Where its route's audit shows some of it. */
  readonly excerpts: SideExcerpts | undefined;
}

/** Takes a record as far as its request, by the very code that delivers it. */
export function previewRecord(
  record: SourceRecord,
  routes: RouteTable,
  edges: ContextEdges,
): RecordPreview {
  const disposition = routes.dispose(new RecordView(record));
  if (disposition.kind !== 'send') return { disposition, ...NO_REQUEST };
  const { topic, partition } = record;
  const lease = new LeaseState({ ...NO_LEASE, topic, partition });
  const delivery = new Delivery({ record, lease, disposition, nowMs: 0 });
  try {
    const { request } = prepareCall(delivery, disposition.route, edges);
    return { disposition, request, excerpts: disposition.route.excerpts?.ofRequest(request) };
  } catch (error) {
    return { disposition: parked(error, disposition.route), ...NO_REQUEST };
  }
}

const NO_REQUEST = { request: undefined, excerpts: undefined };

/** Nothing is consumed, so nothing is held. */
const NO_LEASE = {
  generation: 0,
  fenced: true,
  pause: (): void => {},
  resume: (): void => {},
  acknowledge: (): void => {},
  spentOn: (): undefined => undefined,
  noteSpent: (): void => {},
};
