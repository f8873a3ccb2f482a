import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { objectStoreConformance } from '@netscope/test-support/conformance';
import { afterAll, describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'netscope-store-'));
const { signal } = new AbortController();
let created = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

objectStoreConformance('DirectoryObjectStore', () => new DirectoryObjectStore(freshPath()));

describe('DirectoryObjectStore', () => {
  it('keeps each object as a file under its own key and nothing else beside it', async () => {
    const path = freshPath();
    const body = Buffer.from('lines');
    await new DirectoryObjectStore(path).put({ key: 'audit/a.zst', body, metadata: {} }, signal);
    expect(readFileSync(join(path, 'audit/a.zst'))).toEqual(body);
    expect(readdirSync(join(path, 'audit'))).toEqual(['a.zst']);
    expect(readdirSync(join(path, '.tmp'))).toEqual([]);
  });

  it('refuses a key that leads out of it', async () => {
    const put = new DirectoryObjectStore(freshPath()).put(
      { key: '../out', body: Buffer.from(''), metadata: {} },
      signal,
    );
    await expect(put).rejects.toMatchObject({ code: 'STORAGE_REFUSED' });
  });

  it('says that the disk failed where its path is a file', async () => {
    const path = freshPath();
    writeFileSync(path, '');
    const put = new DirectoryObjectStore(path).put(
      { key: 'a', body: Buffer.from(''), metadata: {} },
      signal,
    );
    await expect(put).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});

it.each(['/proc/no-store-here', '/dev/null/store'])(
  'gives up at once where %s cannot be made',
  async (path) => {
    const put = new DirectoryObjectStore(path).put(
      { key: 'a', body: Buffer.from(''), metadata: {} },
      signal,
    );
    await expect(put).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  },
);

function freshPath(): string {
  created += 1;
  return join(root, String(created));
}
