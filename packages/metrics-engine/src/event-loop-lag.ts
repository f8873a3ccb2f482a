import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { Clock, MetricsRecorder } from '@netscope/domain';

/** How often the loop is asked; delays shorter than this are not seen. */
const RESOLUTION_MS = 20;

/** Past this age the histogram starts anew, so that an old stall does not stay for ever. */
const WINDOW_MS = 60_000;

/** Measures the event loop's delay from now on and gives its p99 as a gauge; dispose to end it. */
export function watchEventLoop(metrics: MetricsRecorder, clock: Clock): Disposable {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let sinceMs = clock.monotonicMs();
  delays.enable();
  metrics.gauge('event_loop_lag_seconds', () => {
    const nanoseconds = delays.count === 0 ? 0 : delays.percentile(99);
    if (clock.monotonicMs() - sinceMs > WINDOW_MS) {
      delays.reset();
      sinceMs = clock.monotonicMs();
    }
    // The histogram holds whole intervals; what goes past the resolution is the delay.
    return [{ labels: {}, value: Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000) }];
  });
  return { [Symbol.dispose]: () => void delays.disable() };
}
