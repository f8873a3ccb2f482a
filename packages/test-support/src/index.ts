export { ManualClock } from './manual-clock.ts';
export { RecordingMetrics } from './recording-metrics.ts';
export { SeededRandom } from './seeded-random.ts';
export { waitUntil, type WaitOptions } from './wait-until.ts';
export { DirectEventBus } from './direct-event-bus.ts';
export { RecordingLog } from './recording-log.ts';
export { sampleCall, sampleTimeout, type SampleCall } from './sample-call.ts';
