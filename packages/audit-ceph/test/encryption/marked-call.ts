import { type CallRecord, UpstreamError } from '@netscope/domain';
import { sampleTimeout } from '@netscope/test-support';

/** Stands in every private text of a marked call, and nowhere else. */
export const MARKER = 'jane-doe-1980-01-01';

/** A call that tells of a person wherever it can. */
export function markedCall(requestId: string): CallRecord {
  const call = sampleTimeout({ requestId });
  const { result } = call;
  if (result.outcome === 'responded') throw new Error('a call that timed out was answered');
  const message = `no answer for ${MARKER} within 1000 ms`;
  const error = new UpstreamError('UPSTREAM_TIMEOUT', message, { kind: 'transient' });
  return {
    ...call,
    context: { ...call.context, idempotencyKey: `${MARKER}-${requestId}` },
    result: { ...result, error },
  };
}
