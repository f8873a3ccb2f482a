import type { OutboundRequest } from '../model/outbound-request.ts';
import type { OutboundResult } from '../model/outbound-result.ts';
import type { RequestContext } from '../model/request-context.ts';

/** Why an upstream takes no further call now. */
export type WaitReason =
  | 'bulkhead_full'
  | 'circuit_open'
  | 'isolated'
  | 'paused'
  | 'rate_limited'
  | 'throttled';

/** Leave to make one call; the deadline runs from here. Given back by `call`, or by `release`. */
export interface CallPermit {
  readonly upstream: string;
  /** Monotonic. */
  readonly admittedAtMs: number;
  /** The call is the half-open circuit's one probe: its failure spends no try. */
  readonly probe: boolean;
  /** Gives it back unused. After a call, or a second time, it does nothing. */
  release(): void;
}

/** `retryAfterMs` is absent where only another call's end, or an operator, can change the answer. */
export type Admission =
  | { readonly kind: 'admitted'; readonly permit: CallPermit }
  | {
      readonly kind: 'waiting';
      readonly reason: WaitReason;
      readonly retryAfterMs: number | undefined;
    };

export interface OutboundCall {
  readonly request: OutboundRequest;
  readonly context: RequestContext;
  /** Absent for callers that queue in the bulkhead instead of asking first. */
  readonly permit: CallPermit | undefined;
}

/** Makes outbound calls, each under its upstream's policies. */
export interface OutboundGateway {
  /** Asks for leave to make one call, without waiting. The upstream MUST be a configured one. */
  admit(upstream: string): Admission;
  /** Makes one call and says what came of it. Rejects only for a defect of our own. */
  call(call: OutboundCall, signal: AbortSignal): Promise<OutboundResult>;
  /** Tells, for as long as the gateway lives, that an upstream that said `waiting` may admit. */
  onAvailable(listener: (upstream: string) => void): void;
}
