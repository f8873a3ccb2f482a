import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SeededRandom } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { openSink, TestDirectory } from './sink-fixture.ts';
import { flawIn, storedLines } from './trail.ts';

const LIVES = 20;

describe('a sink whose process is killed', () => {
  it('keeps every acknowledged event, in order and once, whenever that happens', async () => {
    using directory = new TestDirectory();
    const random = new SeededRandom(20);
    const acknowledged: string[] = [];
    for (let life = 0; life < LIVES; life += 1) {
      const output = await liveAndDie(directory.path, `life${life}`, random.float() * 250);
      acknowledged.push(...acknowledgedIn(output));
      expect(output).toContain(life === 0 ? ' first\n' : ' unclean\n');
    }
    const { sink } = await openSink({ dataDir: directory.path });
    await sink.close(30_000);
    const lines = storedLines(join(directory.path, 'audit'));
    const stored = lines.map((line) => line.requestId);
    expect(acknowledged.length).toBeGreaterThan(LIVES);
    expect(new Set(stored).size).toBe(stored.length);
    expect(flawIn(lines)).toBeUndefined();
    const kept = new Set(stored);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect(sink.status()).toMatchObject({ backlogEvents: 0, quarantinedSegments: 0 });
  }, 60_000);
});

/** Runs one life and kills it some ms after its first acknowledgement. */
async function liveAndDie(dataDir: string, life: string, afterMs: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'crash-child.ts'), dataDir, life],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  while (!output.includes('ack')) await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return output;
}

function acknowledgedIn(output: string): readonly string[] {
  return [...output.matchAll(/^ack (\S+)$/gm)].map((match) => match[1] ?? '');
}
