import type { RealKafka, RealRgw } from '@netscope/test-support/services';

const PRODUCE_STEP = 20_000;

export const PARTITIONS = 12;
export const KEYS = 10_000;

/** Records of 500 bytes with `KEYS` keys in turn. */
export function batch(from: number, count: number): { key: string; value: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key-${(from + index) % KEYS}`,
    value: JSON.stringify({ id: from + index, note: 'x'.repeat(470) }),
  }));
}

/** Makes a topic, and its dead letter topic, that holds so many records. */
export async function fill(kafka: RealKafka, topic: string, count: number): Promise<void> {
  await kafka.createTopic(topic, PARTITIONS);
  await kafka.createTopic(`${topic}.dead`, 1);
  for (let from = 0; from < count; from += PRODUCE_STEP) {
    await kafka.produce(topic, batch(from, Math.min(PRODUCE_STEP, count - from)));
  }
}

export interface GatewayTask {
  readonly kafka: RealKafka;
  /** Absent for a directory. */
  readonly rgw: RealRgw | undefined;
  readonly origin: string;
  readonly topic: string;
  readonly group: string;
  readonly inFlight: number;
  /** More settings of the upstream and of the consumer. */
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly consumer?: Readonly<Record<string, unknown>>;
}

/** The gateway's configuration: one route that sends every record of one topic, everything on. */
export function configuration(task: GatewayTask): Readonly<Record<string, unknown>> {
  const { kafka, origin, topic, group, inFlight } = task;
  return {
    logs: { level: 'info' },
    source: {
      kind: 'kafka',
      kafka: {
        brokers: kafka.brokers,
        group_id: group,
        dead_letter_topic: `${topic}.dead`,
        ...task.consumer,
      },
    },
    upstreams: {
      sink: {
        origin,
        bulkhead: { in_flight: inFlight },
        connections: { max: inFlight },
        ...task.upstream,
      },
    },
    routes: [
      {
        name: 'bench',
        topics: [topic],
        upstream: 'sink',
        request: {
          method: 'POST',
          path: '/v1/send',
          headers: { 'content-type': 'application/json', 'x-record-timestamp': '{timestamp}' },
        },
        idempotency: { honoured: true },
      },
    ],
    audit: auditOf(task.rgw),
  };
}

function auditOf(rgw: RealRgw | undefined): Readonly<Record<string, unknown>> {
  if (rgw === undefined) return { store: 'directory', directory: { path: './audit' } };
  const { endpoint, accessKeyId, secretAccessKey } = rgw.address;
  return {
    store: 'rgw',
    rgw: {
      endpoint,
      bucket: 'bench',
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
    },
  };
}
