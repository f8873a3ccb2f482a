import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sourceHash } from '../../src/build/source-hash.ts';
import { ensureDashboardBuilt } from '../../src/index.ts';

const PACKAGE_DIR = path.resolve(import.meta.dirname, '../..');

describe('the build of the page', () => {
  test('happens once for the same sources, also when asked for twice at a time', async () => {
    const both = await Promise.all([ensureDashboardBuilt(), ensureDashboardBuilt()]);
    expect(both.filter(({ built }) => built).length).toBeLessThanOrEqual(1);
    expect(both[0].dir).toBe(both[1].dir);
    expect(await ensureDashboardBuilt()).toEqual({ dir: both[0].dir, built: false });
  }, 30_000);

  test('has nothing inline, so that it works under a strict content policy', async () => {
    const { dir } = await ensureDashboardBuilt();
    const html = await readFile(path.join(dir, 'index.html'), 'utf8');
    expect(html).toContain('<div id="page">');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  }, 30_000);
});

describe('the name of the sources', () => {
  let copy = '';

  beforeEach(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'netscope-dashboard-'));
    const wanted = ['index.html', 'package.json', 'src'];
    await Promise.all(
      wanted.map((name) =>
        cp(path.join(PACKAGE_DIR, name), path.join(copy, name), { recursive: true }),
      ),
    );
  });

  afterEach(async () => {
    await rm(copy, { recursive: true });
  });

  test('is the same wherever they lie', async () => {
    expect(await sourceHash(copy)).toBe(await sourceHash(PACKAGE_DIR));
  });

  test.each(['src/page/page.tsx', 'src/page/styles/tokens.css', 'package.json'])(
    'changes with %s',
    async (file) => {
      const before = await sourceHash(copy);
      await writeFile(path.join(copy, file), `${await readFile(path.join(copy, file), 'utf8')} `);
      expect(await sourceHash(copy)).not.toBe(before);
    },
  );
});
