import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { digestHash } from '../../src/integrity/signed-digest.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { epochBehind, forgedBehind, lastOfEpochs } from './forged-tail.ts';
import { MemoryTrail } from './memory-trail.ts';
import { MUTATIONS, sampled } from './mutations.ts';
import { lackingPython, PYTHON } from './python.ts';
import { StoredTrail } from './stored-trail.ts';

const SCRIPT = new URL('../../../../docs/verify_trail.py', import.meta.url).pathname;
/** A process for each check: the long form alone makes them, at most so many of each class. */
const EACH_MAX = 100;
const MUTATIONS_EACH = Math.min(EACH_MAX, Number(process.env['NETSCOPE_MUTATIONS'] ?? 0));
const lacking = lackingPython();
if (lacking !== undefined && process.env['CI'] === 'true') throw new Error(lacking);

describe.skipIf(lacking !== undefined)(`docs/verify_trail.py${lacking ?? ''}`, () => {
  const directory = new TestDirectory();
  const trail = new StoredTrail(directory.path);

  beforeAll(async () => {
    await trail.live('a', { events: 9 });
    await trail.live('b', { events: 7, crash: true });
    await trail.live('b', { events: 6 });
    trail.keep(['a', 'b']);
    for (const [index, key] of trail.keys.entries()) {
      const pem = createPublicKey(key.export({ type: 'spki', format: 'pem' }));
      writeFileSync(keyFile(index), pem.export({ type: 'spki', format: 'pem' }));
    }
  }, 60_000);

  afterAll(() => directory[Symbol.dispose]());

  beforeEach(() => trail.restore());

  it('has at most 200 lines', () => {
    expect(readFileSync(SCRIPT, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('finds a sound trail sound, with its heads', () => {
    const newest = trail.keysOfObjects.findLast((key) => key.includes('/digests/')) ?? '';
    const { code, text } = run('--head', digestHash(trail.original(newest)));
    expect(text).toBe('sound\n');
    expect(code).toBe(0);
  });

  it('finds each object that was changed or deleted', () => {
    const newest = (node: string) =>
      trail.keysOfObjects.findLast((key) => key.includes(`/node=${node}/`)) ?? '';
    const heads = ['a', 'b'].flatMap((node) => [
      '--head',
      digestHash(trail.original(newest(node))),
    ]);
    const unseen: string[] = [];
    for (const key of trail.keysOfObjects) {
      const bytes = trail.original(key);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      trail.write(key, bytes);
      if (run().code !== 1) unseen.push(`changed ${key}`);
      trail.remove(key);
      if (run(...heads).code !== 1) unseen.push(`deleted ${key}`);
      trail.restore();
    }
    expect(unseen).toEqual([]);
  }, 120_000);

  it('finds what was played from another node, or does not belong', () => {
    const key = trail.keysOfObjects.find((each) => each.includes('events-a-')) ?? '';
    for (const name of [key.replace('events-a-', 'events-b-'), `${key}.bak`]) {
      trail.write(name, trail.original(key));
      expect(run().text).toContain(`FINDING ${name}`);
      trail.restore();
    }
  }, 60_000);

  it('finds events forged behind a closing digest, or long before it, and no others', () => {
    const last = lastOfEpochs(trail.objects).findLast(([key]) => key.includes('/events-a-'));
    if (last === undefined) throw new Error('a wrote nothing');
    const epoch = epochBehind(last[0], 1);
    const [timestamp, past] = [new Date().toISOString(), '2020-01-01T00:00:00.000Z'];
    const lies = [{ timestamp }, { timestamp: past }, { timestamp: past, epoch }];
    for (const lie of lies) {
      const { key, body } = forgedBehind(last, lie);
      trail.write(key, body);
      expect(run().text).toBe(
        `FINDING ${key}: no digest lists it, and it is not newer than they are\nNOT SOUND\n`,
      );
      trail.restore();
    }
    const unsigned = forgedBehind(last, { timestamp, epoch });
    trail.write(unsigned.key, unsigned.body);
    expect(run().text).toBe('sound\n');
  }, 60_000);

  it.runIf(MUTATIONS_EACH > 0)(
    'finds mutations of every class that a folder can show',
    async () => {
      const heads = ['a', 'b'].map((node) =>
        digestHash(
          trail.original(
            trail.keysOfObjects.findLast((key) => key.includes(`/node=${node}/`)) ?? '',
          ),
        ),
      );
      const unseen: string[] = [];
      let tried = 0;
      for (const name of Object.keys(MUTATIONS)) {
        // A folder keeps no versions.
        if (name.includes('version')) continue;
        for (const { name: what, apply } of sampled(name, trail.objects, MUTATIONS_EACH)) {
          const changed = new MemoryTrail(trail.objects);
          apply(changed);
          for (const key of trail.list()) trail.remove(key);
          for (const key of changed.keys) trail.write(key, changed.body(key));
          tried += 1;
          if (run(...heads.flatMap((head) => ['--head', head])).code !== 1) unseen.push(what);
        }
      }
      process.stdout.write(
        `[figure] verify_trail.py: ${tried - unseen.length} of ${tried} found\n`,
      );
      expect(unseen).toEqual([]);
    },
    3_600_000,
  );

  function keyFile(index: number): string {
    return join(directory.path, `key-${index}.pem`);
  }

  function run(...more: readonly string[]): {
    readonly code: number | null;
    readonly text: string;
  } {
    const keys = trail.keys.flatMap((_, index) => ['--public-key', keyFile(index)]);
    const args = [SCRIPT, trail.store, ...keys, ...more];
    const { status, stdout, stderr } = spawnSync(PYTHON, args, { encoding: 'utf8' });
    if (stderr !== '') throw new Error(stderr);
    return { code: status, text: stdout };
  }
});
