import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { openSink, TestDirectory } from './sink-fixture.ts';
import { flawIn, storedLines } from './trail.ts';

describe('SpooledAuditSink', { timeout: 30_000 }, () => {
  it('brings every event, in order and once, into the store by the time it is closed', async () => {
    using directory = new TestDirectory();
    const { sink, metrics } = await openSink({ dataDir: directory.path });
    const appended = Array.from({ length: 5000 }, (_, index) =>
      sink.append({ kind: 'call', call: sampleCall({ requestId: `request-${index}` }) }),
    );
    await Promise.all(appended);
    expect(sink.status()).toMatchObject({ lastSeq: 5000, backlogEvents: 5000, state: 'up' });
    await sink.close(10_000);
    const lines = storedLines(join(directory.path, 'audit'));
    expect(lines.map((line) => line.requestId)).toEqual(
      Array.from({ length: 5000 }, (_, index) => `request-${index}`),
    );
    expect(flawIn(lines)).toBeUndefined();
    expect(metrics.total('audit_events_total')).toBe(5000);
    expect(sink.status()).toMatchObject({ backlogEvents: 0, spoolBytes: 0, segmentsPending: 0 });
  });

  it('joins the chain of each life to the one before', async () => {
    using directory = new TestDirectory();
    for (const expected of [undefined, 'clean', 'clean']) {
      const { sink } = await openSink({ dataDir: directory.path });
      expect(sink.previousEpoch).toBe(expected);
      await sink.append({ kind: 'call', call: sampleCall() });
      await sink.close(10_000);
    }
    const lines = storedLines(join(directory.path, 'audit'));
    expect(new Set(lines.map((line) => line.epoch)).size).toBe(3);
    expect(lines[0]?.prev).toBe('0'.repeat(64));
    expect(flawIn(lines)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')(
    'lets calls and group commits go first where there are not enough cores for all',
    async () => {
      using directory = new TestDirectory();
      const { sink } = await openSink({ dataDir: directory.path });
      await sink.append({ kind: 'call', call: sampleCall() });
      expect(niceOf('audit-keeper')).toBe(Math.min(19, getPriority() + 10));
      expect(niceOf('audit-writer')).toBe(getPriority());
      await sink.close(10_000);
    },
  );
});

/** The nice value of the thread of this name. */
function niceOf(name: string): number | undefined {
  const id = readdirSync('/proc/self/task').findLast(
    (task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim() === name,
  );
  return id === undefined ? undefined : getPriority(Number(id));
}
