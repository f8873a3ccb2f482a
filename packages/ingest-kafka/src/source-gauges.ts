import type { Clock, GaugeSample, MetricsRecorder } from '@netscope/domain';

import type { HeldPartition } from './held-partition.ts';

type TopicGauge =
  | 'partitions_assigned'
  | 'partitions_paused'
  | 'consumer_lag_records'
  | 'consumer_lag_seconds';

/** Tells, at each scrape, what is held by topic: counts are summed, ages are the greatest. */
export function registerGauges(options: {
  readonly metrics: MetricsRecorder;
  readonly clock: Clock;
  readonly held: () => Iterable<HeldPartition>;
}): void {
  const { metrics, clock, held } = options;
  const sum = (total: number, value: number): number => total + value;
  const read = (
    valueOf: (partition: HeldPartition) => number,
    join: (a: number, b: number) => number,
  ): readonly GaugeSample<TopicGauge>[] => samples(held(), valueOf, join);
  metrics.gauge('partitions_assigned', () => read(() => 1, sum));
  metrics.gauge('partitions_paused', () => read(({ lease }) => Number(lease.paused), sum));
  metrics.gauge('consumer_lag_records', () => read(({ lagRecords }) => lagRecords ?? 0, sum));
  metrics.gauge('consumer_lag_seconds', () =>
    read((partition) => partition.lagSeconds(clock.wallMs()) ?? 0, Math.max),
  );
}

function samples(
  held: Iterable<HeldPartition>,
  valueOf: (partition: HeldPartition) => number,
  join: (a: number, b: number) => number,
): readonly GaugeSample<TopicGauge>[] {
  const valueByTopic = new Map<string, number>();
  for (const partition of held) {
    const value = valueOf(partition);
    const known = valueByTopic.get(partition.topic);
    valueByTopic.set(partition.topic, known === undefined ? value : join(known, value));
  }
  return [...valueByTopic].map(([topic, value]) => ({ labels: { topic }, value }));
}
