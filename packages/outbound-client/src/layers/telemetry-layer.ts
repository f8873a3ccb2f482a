import type { Clock, UpstreamDefinition, Verdict } from '@netscope/domain';

import type { CallMetrics } from '../call-metrics.ts';
import type { Layer } from '../layer.ts';
import { roundMs } from '../round-ms.ts';

type PathSetting = UpstreamDefinition['network']['path'];

/** Sees the call as its caller does: all attempts and the waits between them. */
export function telemetryLayer(metrics: CallMetrics, path: PathSetting, clock: Clock): Layer {
  return (beside) => ({
    outward: (call, end) => {
      call.latencyMs = roundMs(clock.monotonicMs() - call.admittedAtMs);
      call.verdict = call.shares.verdict() ?? waitOfOurs(call.latencyMs, path);
      metrics.record(call, end);
      beside.outward(call, end);
    },
  });
}

/** A call in which no attempt began was in our queues, and nowhere else. */
function waitOfOurs(localMs: number, path: PathSetting): Verdict {
  return {
    party: 'local',
    path: path === 'auto' ? 'unknown' : path,
    networkMs: undefined,
    upstreamMs: undefined,
    localMs,
  };
}
