import type { Clock } from '@netscope/domain';

import type { CallMetrics } from '../call-metrics.ts';
import type { Layer } from '../layer.ts';
import { roundMs } from '../round-ms.ts';

/** Sees the call as its caller does: all attempts and the waits between them. */
export function telemetryLayer(metrics: CallMetrics, clock: Clock): Layer {
  return (beside) => ({
    outward: (call, end) => {
      call.latencyMs = roundMs(clock.monotonicMs() - call.admittedAtMs);
      call.verdict = call.shares.verdict();
      metrics.record(call, end);
      beside.outward(call, end);
    },
  });
}
