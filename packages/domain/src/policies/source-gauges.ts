import type { PartitionStatus } from '../model/source-status.ts';
import type { GaugeSample, MetricsRecorder } from '../ports/metrics-recorder.ts';

type TopicGauge =
  | 'partitions_assigned'
  | 'partitions_paused'
  | 'partitions_lost'
  | 'consumer_lag_records'
  | 'consumer_lag_seconds'
  | 'offset_map_bytes'
  | 'offset_map_bytes_max';

/**
 * Tells, at each scrape, what is held by topic: counts are summed, ages are the greatest. A lag that
 * no partition of a topic knows has no sample: a 0 would say that there is none.
 */
export function registerSourceGauges(
  metrics: MetricsRecorder,
  partitions: () => readonly PartitionStatus[],
): void {
  const sum = (total: number, value: number): number => total + value;
  const read = (
    valueOf: (partition: PartitionStatus) => number | undefined,
    join: (a: number, b: number) => number,
  ): readonly GaugeSample<TopicGauge>[] => samples(partitions(), valueOf, join);
  metrics.gauge('partitions_assigned', () => read(() => 1, sum));
  metrics.gauge('partitions_paused', () => read(({ paused }) => Number(paused), sum));
  metrics.gauge('partitions_lost', () => read(({ lost }) => Number(lost !== undefined), sum));
  metrics.gauge('consumer_lag_records', () => read(({ lagRecords }) => lagRecords, sum));
  metrics.gauge('consumer_lag_seconds', () => read(({ lagSeconds }) => lagSeconds, Math.max));
  metrics.gauge('offset_map_bytes', () => read(({ offsetMap }) => offsetMap?.bytes, Math.max));
  metrics.gauge('offset_map_bytes_max', () =>
    read(({ offsetMap }) => offsetMap?.bytesMax, Math.min),
  );
}

function samples(
  partitions: readonly PartitionStatus[],
  valueOf: (partition: PartitionStatus) => number | undefined,
  join: (a: number, b: number) => number,
): readonly GaugeSample<TopicGauge>[] {
  const valueByTopic = new Map<string, number>();
  for (const partition of partitions) {
    const value = valueOf(partition);
    if (value === undefined) continue;
    const known = valueByTopic.get(partition.topic);
    valueByTopic.set(partition.topic, known === undefined ? value : join(known, value));
  }
  return [...valueByTopic].map(([topic, value]) => ({ labels: { topic }, value }));
}
