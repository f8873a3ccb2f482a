import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TestDirectory } from '../sink-fixture.ts';
import { StoredTrail } from './stored-trail.ts';

/**
 * A spool's own files. Not in it: the ledger after a crash, where what was shipped and not signed yet
 * is known to it alone.
 */
const FILES = ['epoch.json', 'head', 'journal.json', 'last-digest.copy.json', 'last-digest.json'];
const directory = new TestDirectory();
const trails = {
  'ended in order': new StoredTrail(join(directory.path, 'clean')),
  'ended in a crash': new StoredTrail(join(directory.path, 'crashed')),
};

beforeAll(async () => {
  for (const [how, trail] of Object.entries(trails)) {
    await trail.live('a', { events: 5 });
    await trail.live('a', { events: 5, crash: how === 'ended in a crash' });
  }
}, 60_000);

afterAll(() => directory[Symbol.dispose]());

describe.each([
  { how: 'ended in order', files: [...FILES, 'shipped.jsonl'] },
  { how: 'ended in a crash', files: FILES },
] as const)('a spool that $how', ({ how, files }) => {
  it.each(files)(
    'leaves a trail that stays sound, with a %s that was lost or changed',
    async (file) => {
      for (const damage of ['lost', 'changed']) {
        using own = new TestDirectory();
        cpSync(trails[how].root, own.path, { recursive: true });
        const trail = new StoredTrail(own.path);
        const path = join(own.path, 'a/spool', file);
        const bytes = readFileSync(path);
        rmSync(path);
        if (damage === 'changed') {
          const at = bytes.length >> 1;
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          writeFileSync(path, bytes);
        }
        await trail.live('a', { events: 5 });
        trail.keep(['a']);
        const { breaches } = await trail.check();
        expect({ damage, breaches }).toEqual({ damage, breaches: [] });
        expect(readdirSync(join(own.path, 'a/spool/segments'))).toEqual([]);
      }
    },
    30_000,
  );
});
