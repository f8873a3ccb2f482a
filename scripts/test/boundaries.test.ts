import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkBoundaries } from '../boundaries/check.ts';

describe('the boundaries', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'netscope-boundaries-'));
    addPackage('domain', { dependencies: ['zod'] });
    addPackage('delivery', { dependencies: ['@netscope/domain'] });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }

  function addPackage(
    name: string,
    wanted: { dependencies: string[]; devDependencies?: string[]; references?: string[] },
  ): void {
    const listed = (names: string[] = []): object =>
      Object.fromEntries(names.map((dependency) => [dependency, '1.0.0']));
    const inScope = wanted.dependencies.filter((dependency) => dependency.startsWith('@netscope'));
    const references = wanted.references ?? inScope.map((dependency) => path.basename(dependency));
    write(
      `packages/${name}/package.json`,
      JSON.stringify({
        name: `@netscope/${name}`,
        dependencies: listed(wanted.dependencies),
        devDependencies: listed(wanted.devDependencies),
      }),
    );
    write(
      `packages/${name}/tsconfig.json`,
      JSON.stringify({ references: references.map((to) => ({ path: `../${to}` })) }),
    );
  }

  const violations = (): readonly string[] => checkBoundaries(root).violations;

  it('hold for allowed packages and imports, which are counted', () => {
    write('packages/domain/src/a.ts', "import { z } from 'zod';\nexport const a = z;\n");
    write('packages/delivery/src/b.ts', "export { a } from '@netscope/domain';\n");
    expect(checkBoundaries(root)).toEqual({
      packages: 2,
      files: 2,
      imports: 2,
      edges: 1,
      violations: [],
    });
  });

  it('see nothing in an empty workspace', () => {
    rmSync(path.join(root, 'packages'), { recursive: true });
    expect(checkBoundaries(root)).toMatchObject({ packages: 0, files: 0, imports: 0, edges: 0 });
  });

  it.each([
    ['a package without a layer', 'strange', [], ['strange has no layer: add it to the rules']],
    ['a forbidden edge', 'config', ['@netscope/delivery'], ['config must not depend on delivery']],
    [
      'an edge to test support',
      'config',
      ['@netscope/test-support'],
      ['config must not depend on test-support'],
    ],
  ])('refuse %s', (...[, name, dependencies, expected]) => {
    addPackage(name, { dependencies });
    expect(violations()).toEqual(expected);
  });

  it('refuse an edge that the TypeScript project does not reference', () => {
    addPackage('config', { dependencies: ['@netscope/domain'], references: [] });
    expect(violations()).toEqual([
      'config depends on domain but its tsconfig.json does not reference it',
    ]);
  });

  it.each([
    ["import process from 'node:process';", 'the domain may not'],
    ["import {\n  readFile,\n} from 'node:fs';", 'the domain may not'],
    ["const a = await import('yaml');", 'the domain may not'],
    ["import 'yaml';", 'which its manifest does not name'],
    ["import { a } from '../../delivery/src/b.ts';", 'it leads out of packages/domain/src/'],
    ["import { a } from '../test/b.ts';", 'it leads out of packages/domain/src/'],
  ])('refuse %j in the domain', (source, reason) => {
    write('packages/domain/src/a.ts', source);
    expect(violations().join('\n')).toContain(reason);
  });

  it('refuse a dev dependency in src and allow it in test', () => {
    addPackage('config', { dependencies: [], devDependencies: ['vitest'] });
    write('packages/config/test/a.test.ts', "import { it } from 'vitest';");
    expect(violations()).toEqual([]);
    write('packages/config/src/a.ts', "import { it } from 'vitest';");
    expect(violations()).toEqual([
      'packages/config/src/a.ts imports vitest: which its manifest does not name',
    ]);
  });

  it('refuse undici outside its one file', () => {
    addPackage('outbound-client', { dependencies: ['undici'] });
    write('packages/outbound-client/src/undici-transport.ts', "import { Pool } from 'undici';");
    expect(violations()).toEqual([]);
    write('packages/outbound-client/src/other.ts', "import type { Pool } from 'undici';");
    expect(violations()).toEqual([
      'packages/outbound-client/src/other.ts imports undici: only packages/outbound-client/src/undici-transport.ts may',
    ]);
  });

  it('refuse all of the API server but its contract in the dashboard', () => {
    addPackage('api-server', { dependencies: [] });
    addPackage('dashboard', { dependencies: ['@netscope/api-server'] });
    write('packages/dashboard/src/a.ts', "import { a } from '@netscope/api-server/contract';");
    expect(violations()).toEqual([]);
    write('packages/dashboard/src/b.tsx', "import { a } from '@netscope/api-server';");
    expect(violations()).toHaveLength(1);
  });

  it('do not take a comment for an import', () => {
    write('packages/domain/src/a.ts', "/**\n * import 'yaml';\n */\n// import 'yaml';\n");
    expect(violations()).toEqual([]);
  });
});
