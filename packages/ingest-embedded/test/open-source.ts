import { EmbeddedSource, type EmbeddedSourceOptions } from '@netscope/ingest-embedded';
import {
  realClock,
  realTimers,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';

export const TOPIC = 'orders';

/** An embedded source of one topic and one partition on a folder. */
export async function openSource(
  dataDir: string,
  more: Partial<EmbeddedSourceOptions> = {},
): Promise<EmbeddedSource> {
  return EmbeddedSource.open({
    dataDir,
    topics: [TOPIC],
    group: 'netscope',
    journal: undefined,
    partitions: 1,
    drainMs: 1000,
    clock: realClock,
    timers: realTimers,
    random: new SeededRandom(),
    metrics: new RecordingMetrics(),
    log: new RecordingLog(),
    ...more,
  });
}
