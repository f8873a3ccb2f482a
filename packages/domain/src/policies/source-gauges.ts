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

/** Tells, at each scrape, what is held by topic: counts are summed, ages are the greatest. */
export function registerSourceGauges(
  metrics: MetricsRecorder,
  partitions: () => readonly PartitionStatus[],
): void {
  const sum = (total: number, value: number): number => total + value;
  const read = (
    valueOf: (partition: PartitionStatus) => number,
    join: (a: number, b: number) => number,
  ): readonly GaugeSample<TopicGauge>[] => samples(partitions(), valueOf, join);
  metrics.gauge('partitions_assigned', () => read(() => 1, sum));
  metrics.gauge('partitions_paused', () => read(({ paused }) => Number(paused), sum));
  metrics.gauge('partitions_lost', () => read(({ lost }) => Number(lost !== undefined), sum));
  metrics.gauge('consumer_lag_records', () => read(({ lagRecords }) => lagRecords ?? 0, sum));
  metrics.gauge('consumer_lag_seconds', () => read(({ lagSeconds }) => lagSeconds ?? 0, Math.max));
  const withMap = (): readonly PartitionStatus[] =>
    partitions().filter(({ offsetMap }) => offsetMap !== undefined);
  metrics.gauge('offset_map_bytes', () =>
    samples(withMap(), ({ offsetMap }) => offsetMap?.bytes ?? 0, Math.max),
  );
  metrics.gauge('offset_map_bytes_max', () =>
    samples(withMap(), ({ offsetMap }) => offsetMap?.bytesMax ?? 0, Math.min),
  );
}

function samples(
  partitions: readonly PartitionStatus[],
  valueOf: (partition: PartitionStatus) => number,
  join: (a: number, b: number) => number,
): readonly GaugeSample<TopicGauge>[] {
  const valueByTopic = new Map<string, number>();
  for (const partition of partitions) {
    const value = valueOf(partition);
    const known = valueByTopic.get(partition.topic);
    valueByTopic.set(partition.topic, known === undefined ? value : join(known, value));
  }
  return [...valueByTopic].map(([topic, value]) => ({ labels: { topic }, value }));
}
