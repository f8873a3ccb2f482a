export { ManualClock } from './manual-clock.ts';
export { RecordingMetrics } from './recording-metrics.ts';
export { SeededRandom } from './seeded-random.ts';
