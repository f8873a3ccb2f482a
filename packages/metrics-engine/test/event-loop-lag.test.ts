import { ManualClock, RecordingMetrics, waitUntil } from '@netscope/test-support';
import { expect, it } from 'vitest';

import { watchEventLoop } from '../src/index.ts';

it('tells a stall of the event loop, and forgets it after a minute', async () => {
  const metrics = new RecordingMetrics();
  const clock = new ManualClock();
  const watch = watchEventLoop(metrics, clock);
  const lag = () => metrics.gaugeSamples('event_loop_lag_seconds')[0]?.value ?? -1;
  expect(lag()).toBe(0);
  await waitUntil(
    () => {
      const untilMs = performance.now() + 150;
      while (performance.now() < untilMs);
      return lag() > 0.1;
    },
    { what: 'the stall to be measured', everyMs: 30 },
  );
  clock.advance(60_001);
  expect(lag()).toBeGreaterThan(0.1);
  expect(lag()).toBeLessThan(0.1);
  watch[Symbol.dispose]();
});
