import { setImmediate as nextTurn } from 'node:timers/promises';

import { ManualClock, RecordingLog, RecordingMetrics } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import type { CommittedOffset, GroupSession } from '../src/group-session.ts';
import { HeldPartition } from '../src/held-partition.ts';
import { OffsetCommitter } from '../src/offset-committer.ts';

const INTERVAL_MS = 1000;
/** After a failure in its end the next attempt comes by then. */
const RETRY_MS = 250;
const TOPICS = ['orders', 'events'];

let clock: ManualClock;
let log: RecordingLog;
let metrics: RecordingMetrics;
let committed: CommittedOffset[];
/** Topics of which the broker takes no commit. */
let refused: readonly string[];
let missingTopics: () => readonly string[];
let held: readonly HeldPartition[];
let committer: OffsetCommitter;

beforeEach(() => {
  clock = new ManualClock();
  log = new RecordingLog();
  metrics = new RecordingMetrics();
  committed = [];
  refused = [];
  missingTopics = () => [];
  held = TOPICS.map((topic) =>
    HeldPartition.assign(
      { topic, partition: 0, offset: 5, metadata: '' },
      { generation: 1, former: undefined, known: [], onFlow() {} },
    ),
  );
  const place = { cluster: 'c', group: 'g' };
  const options = { intervalMs: INTERVAL_MS, clock, timers: clock, metrics, log, place };
  committer = new OffsetCommitter({ ...options, journal: undefined }, session(), {
    held,
    onFull() {},
  });
});

function session(): GroupSession {
  const unasked = (): never => {
    throw new Error('a committer does not ask for this');
  };
  return {
    memberId: 'member-1',
    generation: 1,
    partitions: held,
    missingTopics: () => missingTopics(),
    committed: unasked,
    committedOfAll: unasked,
    logOffsets: unasked,
    pause: unasked,
    resume: unasked,
    seek: unasked,
    async commit(offsets) {
      if (offsets.some(({ topic }) => refused.includes(topic))) throw new Error('refused');
      committed.push(...offsets);
    },
  };
}

/** One record of each topic. */
function settleNext(): void {
  for (const { tracker } of held) {
    const offset = tracker.committable;
    tracker.take(offset, clock.wallMs(), 0);
    tracker.settle(offset);
  }
}

async function interval(): Promise<void> {
  clock.advance(INTERVAL_MS);
  await nextTurn();
}

describe('a committer', () => {
  it('commits what moved, and nothing where nothing did', async () => {
    await interval();
    expect(committed).toEqual([]);
    settleNext();
    await interval();
    await interval();
    expect(committed).toMatchObject([
      { topic: 'orders', partition: 0, offset: 6 },
      { topic: 'events', partition: 0, offset: 6 },
    ]);
    expect(metrics.total('commits_total')).toBe(2);
  });

  it('goes on where commits fail and nothing is known of any topic', async () => {
    refused = TOPICS;
    missingTopics = () => {
      throw new Error('no metadata');
    };
    settleNext();
    await interval();
    await interval();
    expect(log.lines.map(({ event }) => event)).toEqual(['kafka.commit_failed']);
    refused = [];
    await interval();
    expect(committed).toMatchObject([{ offset: 6 }, { offset: 6 }]);
  });

  it('commits the others where a topic is gone', async () => {
    refused = ['orders'];
    settleNext();
    await interval();
    expect(committed).toEqual([]);
    missingTopics = () => ['orders'];
    await interval();
    expect(committed).toMatchObject([{ topic: 'events', offset: 6 }]);
  });

  it('tries again in its end, and says whether all is committed', async () => {
    refused = ['orders'];
    settleNext();
    const ending = committer.end(INTERVAL_MS);
    await nextTurn();
    refused = [];
    clock.advance(RETRY_MS);
    expect(await ending).toBe(true);
    expect(committed).toHaveLength(2);
  });
});
