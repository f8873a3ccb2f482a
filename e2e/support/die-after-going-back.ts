/**
 * Loaded into a gateway by `NODE_OPTIONS=--import`: the process is gone by SIGKILL as soon as the
 * broker has acknowledged a commit that moves its group back, before anything that follows on it.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

const INGEST = path.resolve(import.meta.dirname, '../../packages/ingest-kafka/package.json');

interface Commit {
  readonly topics: readonly {
    readonly partitions: readonly { readonly offset: string }[];
  }[];
}

interface OffsetManager {
  commitOffsets: (this: OffsetManager, commit: Commit) => Promise<unknown>;
}

const { prototype }: { readonly prototype: OffsetManager } = createRequire(INGEST)(
  'kafkajs/src/consumer/offsetManager/index.js',
);
const { commitOffsets } = prototype;

let highest = 0;

prototype.commitOffsets = async function commitAndDie(commit) {
  const answer = await commitOffsets.call(this, commit);
  for (const { offset } of commit.topics.flatMap(({ partitions }) => partitions)) {
    if (Number(offset) < highest) process.kill(process.pid, 'SIGKILL');
    highest = Math.max(highest, Number(offset));
  }
  return answer;
};
