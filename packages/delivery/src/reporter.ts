import {
  type CallExcerpts,
  type CallRecord,
  callSeverity,
  type DeadLetterPlace,
  type OutboundResult,
  type ParkReason,
  type RequestContext,
} from '@netscope/domain';

import type { Delivery, PreparedCall } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';

export interface EndedCall {
  readonly delivery: Delivery;
  readonly prepared: PreparedCall;
  readonly result: OutboundResult;
  readonly delivered: boolean;
  readonly backpressureMs: number;
}

/** Tells the bus and the audit trail what came of each call and each parking. */
export class Reporter {
  readonly #options: DeliveryEngineOptions;

  constructor(options: DeliveryEngineOptions) {
    this.#options = options;
  }

  /** Tells of one call; resolves when its audit event is durable. */
  call(ended: EndedCall): Promise<void> {
    const call = this.#record(ended);
    this.#options.bus.publish({
      eventType: 'network.request.completed',
      timestampMs: call.timestampMs,
      traceId: call.context.traceId,
      severity: callSeverity(call),
      call,
    });
    return this.#options.audit.append({ kind: 'call', call, excerpts: excerptsOf(ended) });
  }

  /** Tells that a record was set aside; resolves when its audit event is durable. */
  async quarantine(facts: {
    readonly delivery: Delivery;
    readonly context: RequestContext;
    readonly place: DeadLetterPlace;
    readonly reason: QuarantineReason;
  }): Promise<void> {
    await this.#options.audit.append({
      kind: 'quarantine',
      timestampMs: this.#options.clock.wallMs(),
      context: facts.context,
      tries: facts.delivery.tries,
      deadLetter: facts.place,
      ...facts.reason,
    });
  }

  #record({ delivery, prepared, result, ...rest }: EndedCall): CallRecord {
    const { request, context } = prepared;
    const place = this.#options.upstreams.get(request.upstream);
    // One object a call: what it used is noted in the context that was made for it.
    context.internalIp = result.internalIp;
    context.externalIp = result.externalIp;
    return {
      timestampMs: this.#options.clock.wallMs(),
      context,
      request: {
        upstream: request.upstream,
        host: place?.host ?? '',
        port: place?.port ?? 0,
        method: request.method,
        pathTemplate: request.pathTemplate,
        targetSha256: prepared.targetSha256,
        contentType: request.contentType,
        payload:
          request.body === undefined || prepared.bodySha256 === undefined
            ? undefined
            : { sha256: prepared.bodySha256, bytes: request.body.length },
      },
      result,
      delivered: rest.delivered,
      tries: delivery.tries,
      backpressureMs: rest.backpressureMs,
      auditBodies: prepared.auditBodies,
    };
  }
}

/** Why a record was set aside, as audit event and dead letter say it. */
export interface QuarantineReason {
  readonly reason: ParkReason;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

/** What the route lets the audit trail, and nobody else, show of the call. */
function excerptsOf({ delivery, prepared, result }: EndedCall): CallExcerpts | undefined {
  const { request, response } = prepared;
  if (response === undefined) return undefined;
  return delivery.disposition.route?.excerpts?.ofCall(request, result, response);
}
