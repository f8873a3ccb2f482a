import type { Clock, UpstreamDefinition } from '@netscope/domain';
import { judgeCall } from '@netscope/network-probe';

import type { CallMetrics } from '../call-metrics.ts';
import type { Layer } from '../layer.ts';
import { roundMs } from '../round-ms.ts';

/** Sees the call as its caller does: all attempts and the waits between them. */
export function telemetryLayer(
  metrics: CallMetrics,
  clock: Clock,
  path: UpstreamDefinition['network']['path'],
): Layer {
  return (beside) => ({
    outward: (call, end) => {
      call.latencyMs = roundMs(clock.monotonicMs() - call.admittedAtMs);
      call.verdict = judgeCall({ attempts: call.attempts, path });
      metrics.record(call, end);
      beside.outward(call, end);
    },
  });
}
