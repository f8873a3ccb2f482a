import {
  type CallPermit,
  type CircuitStateName,
  type OutboundResult,
  UpstreamError,
} from '@netscope/domain';

/**
 * What a call is taken for that ended in a defect of our own: broken off, its bytes perhaps sent. So
 * it has its audit event, and ends as any call of which nothing is known: again, or `ambiguous`.
 */
export function defectResult(
  defect: unknown,
  permit: CallPermit,
  latencyMs: number,
): OutboundResult {
  const circuitState: CircuitStateName = permit.probe ? 'half_open' : 'closed';
  return {
    outcome: 'failed',
    error: new UpstreamError('UPSTREAM_ERROR', 'the call ended in a defect of our own', {
      kind: 'fault',
      cause: defect,
    }),
    latencyMs,
    bytesSent: 0,
    bytesReceived: 0,
    attempts: [],
    retryCount: 0,
    timeoutCount: 0,
    circuitState,
    verdict: undefined,
    internalIp: undefined,
    externalIp: undefined,
    remoteAddress: undefined,
    bytesLeft: true,
  };
}
