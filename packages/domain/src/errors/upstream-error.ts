import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type UpstreamErrorCode =
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_ERROR'
  | 'UPSTREAM_CONNECTION_REFUSED'
  | 'UPSTREAM_CONNECTION_BROKEN'
  | 'UPSTREAM_DNS_FAILURE'
  | 'UPSTREAM_TLS_FAILURE'
  | 'UPSTREAM_PROTOCOL_ERROR'
  | 'UPSTREAM_ADDRESS_BLOCKED'
  | 'CIRCUIT_OPEN'
  | 'BULKHEAD_FULL'
  | 'UPSTREAM_RATE_LIMITED'
  | 'LOCAL_EVENT_LOOP'
  | 'LOCAL_RESOURCES'
  | 'CALL_ABORTED';

/** A call got no answer: timeout, refusal, TLS, DNS, protocol, or a policy of ours. */
export class UpstreamError extends NetScopeError {
  override readonly name = 'UpstreamError';

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: UpstreamErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
