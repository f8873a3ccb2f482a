import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { SourceError } from '@netscope/domain';

import { CommittedOffsets } from './committed-offsets.ts';
import { PartitionLog } from './partition-log.ts';
import { Partitioner } from './partitioner.ts';

/** Kafka's own rule for names, so that a topic can move there. */
const TOPIC_NAME = /^[A-Za-z0-9._-]{1,249}$/u;

export interface TopicStoreOptions {
  /** `data_dir/embedded`. */
  readonly root: string;
  readonly group: string;
  /** At least; a topic that has more keeps them. */
  readonly partitions: number;
  readonly segmentBytesMax: number;
  readonly nowMs: () => number;
  /** More can be read of a partition. */
  readonly onDurable: (topic: string, partition: number) => void;
}

/** One topic on disk: its partitions' logs and what the group has committed. */
export class TopicStore {
  readonly topic: string;
  readonly logs: readonly PartitionLog[];
  readonly committed: CommittedOffsets;
  readonly partitioner: Partitioner;

  private constructor(topic: string, logs: readonly PartitionLog[], committed: CommittedOffsets) {
    this.topic = topic;
    this.logs = logs;
    this.committed = committed;
    this.partitioner = new Partitioner(logs.length);
  }

  /** @throws {SourceError} SOURCE_MISCONFIGURED for a name that no topic may have. */
  static async open(topic: string, options: TopicStoreOptions): Promise<TopicStore> {
    const folder = topicFolder(options.root, topic);
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    const count = Math.max(options.partitions, ...names.map((name) => Number(name) + 1 || 0));
    const logs = await Promise.all(
      Array.from({ length: count }, async (_none, partition) =>
        PartitionLog.open({
          ...options,
          folder: path.join(folder, String(partition)),
          onDurable: () => options.onDurable(topic, partition),
        }),
      ),
    );
    return new TopicStore(topic, logs, await CommittedOffsets.open(folder, options.group));
  }

  get bytes(): number {
    let bytes = 0;
    for (const log of this.logs) bytes += log.bytes;
    return bytes;
  }

  async close(): Promise<void> {
    await Promise.all(this.logs.map(async (log) => log.close()));
  }
}

/** @throws {SourceError} SOURCE_MISCONFIGURED for a name that no topic may have. */
export function topicFolder(root: string, topic: string): string {
  if (!TOPIC_NAME.test(topic) || topic === '.' || topic === '..') {
    throw new SourceError('SOURCE_MISCONFIGURED', `${topic} can't be the name of a topic`, {
      kind: 'permanent',
    });
  }
  return path.join(root, topic);
}
