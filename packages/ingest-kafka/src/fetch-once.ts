import type { Kafka } from './kafkajs-driver.ts';

/** Reads without a group. */
export type Reader = ReturnType<Kafka['reader']>;

export interface FetchPlace {
  readonly topic: string;
  readonly partition: number;
  /** The broker to be asked. */
  readonly leader: number;
  readonly offset: number;
  /** A batch that is larger comes all the same. */
  readonly bytesMax: number;
}

const FETCH_WAIT_MS = 500;

/** One fetch of one partition; `undefined` where the broker answers for it with nothing. */
export async function fetchOnce(
  reader: Reader,
  { topic, partition, leader, offset, bytesMax: maxBytes }: FetchPlace,
): Promise<ReturnType<Reader['toBatch']> | undefined> {
  const broker = await reader.cluster.findBroker({ nodeId: leader });
  const fetchOffset = String(offset);
  const { responses } = await broker.fetch({
    maxWaitTime: FETCH_WAIT_MS,
    minBytes: 1,
    maxBytes,
    isolationLevel: reader.isolationLevel,
    topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes }] }],
  });
  const fetched = responses[0]?.partitions[0];
  return fetched === undefined ? undefined : reader.toBatch(topic, fetchOffset, fetched);
}
