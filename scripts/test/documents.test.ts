import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { ENDPOINTS } from '../../packages/api-server/src/openapi/endpoints.ts';
import { COMMANDS } from '../../packages/app/src/cli/command-line.ts';
import { loadConfig } from '../../packages/config/src/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });

function text(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

interface Link {
  /** From the root. */
  readonly file: string;
  readonly heading: string | undefined;
}

/** What a document links to, other sites left out. */
function linksOf(file: string): readonly Link[] {
  const targets = [...text(file).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link]) => link ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/u.test(target))
    .map((target) => {
      const [name = '', heading] = target.split('#');
      return { file: name === '' ? file : path.join(path.dirname(file), name), heading };
    });
}

/** The names that GitHub gives the headings of a document. */
function headingsOf(file: string): readonly string[] {
  return [...text(file).matchAll(/^#+ (.+)$/gmu)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isThere({ file, heading }: Link): boolean {
  if (!existsSync(path.join(ROOT, file))) return false;
  return heading === undefined || headingsOf(file).includes(heading);
}

describe('the documents', () => {
  it('link to files and headings that are there', () => {
    const links = DOCUMENTS.flatMap((file) =>
      linksOf(file).map((link) => ({ from: file, ...link })),
    );
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  });

  it('name files of the sources that are there', () => {
    const sources = globSync(
      ['packages', 'e2e', 'bench', 'scripts', 'native'].map((dir) => `${dir}/**/*.{ts,tsx,rs,mjs}`),
      {
        cwd: ROOT,
        exclude: (name) => name === 'node_modules' || name === 'target',
      },
    );
    const names = DOCUMENTS.flatMap((file) =>
      [...text(file).matchAll(/`([\w./-]+\.(?:ts|tsx|rs|mjs))`/gu)].map(([, name = '']) => name),
    );
    expect(names.length).toBeGreaterThan(30);
    expect(
      names.filter((name) => !sources.some((source) => `/${source}`.endsWith(`/${name}`))),
    ).toEqual([]);
  });

  it('name every endpoint and command in the README', () => {
    const readme = text('README.md');
    const paths = ENDPOINTS.map((endpoint) => endpoint.path);
    const byHand = /\/(?:isolate|release|pause|resume)$/u;
    expect(paths.filter((name) => !byHand.test(name) && !readme.includes(name))).toEqual([]);
    expect(Object.keys(COMMANDS).filter((name) => !readme.includes(`netscope ${name}`))).toEqual(
      [],
    );
  });

  it('name every package in ARCHITECTURE', () => {
    const architecture = text('ARCHITECTURE.md');
    const packages = readdirSync(path.join(ROOT, 'packages'));
    expect(packages.filter((name) => !architecture.includes(`| \`${name}\``))).toEqual([]);
  });

  it('list every decision once, numbered without a gap', () => {
    const files = readdirSync(path.join(ROOT, 'docs/adr')).filter((name) => /^\d/u.test(name));
    const listed = [...text('docs/adr/README.md').matchAll(/\[(\d+)\]\(([^)]+)\)/gu)];
    expect(listed.map(([, , file]) => file)).toEqual(files.toSorted());
    expect(listed.map(([, number]) => Number(number))).toEqual(files.map((_, index) => index + 1));
    for (const [, number, file = ''] of listed) {
      const form = `^# ${number}\\. .+\\n\\nStatus: .+\\n\\n## Context\\n.+\\n## Decision\\n.+\\n## Consequences\\n`;
      expect(text(`docs/adr/${file}`)).toMatch(new RegExp(form, 'su'));
    }
  });

  it('name every log event, and none that is not there', () => {
    const files = globSync('packages/*/src/**/*.ts', { cwd: ROOT });
    const source = files.map((file) => text(file)).join('\n');
    const calls = source.matchAll(/\.(?:debug|info|warn|error)\(\s*'([a-z_]+\.[a-z_]+)'/gu);
    const logged = new Set([...calls].map(([, event = '']) => event));
    const rows = text('docs/reference/log-events.md').matchAll(/^\| `([a-z_]+\.[a-z_]+)`/gmu);
    const documented = [...rows].map(([, event = '']) => event);
    expect(logged.size).toBeGreaterThan(40);
    expect([...logged].filter((event) => !documented.includes(event))).toEqual([]);
    expect(documented.filter((event) => !source.includes(`'${event}'`))).toEqual([]);
    expect(documented.length).toBe(new Set(documented).size);
  });

  it('say nothing twice in the CHANGELOG', () => {
    const entries = text('CHANGELOG.md')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    const openings = entries.map((entry) => entry.slice(0, 40));
    expect(openings.filter((opening, index) => openings.indexOf(opening) !== index)).toEqual([]);
  });

  it('show the example configuration as it is', () => {
    expect(text('README.md')).toContain(text('examples/netscope.yaml'));
  });

  it.each(['examples/netscope.yaml', 'deploy/compose/netscope.yaml'])(
    '%s is a configuration without fault or warning',
    (file) => {
      expect(loadConfig({ file, env: {}, cwd: ROOT }).warnings).toEqual([]);
    },
  );
});
