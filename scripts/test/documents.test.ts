import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../packages/config/src/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/adr/README.md',
];

function text(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Files that a document links to, relative to its folder; headings and other sites left out. */
function linkedFiles(file: string): readonly string[] {
  const links = [...text(file).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link]) => link ?? '');
  return links
    .filter((link) => !/^(?:[a-z]+:|#)/u.test(link))
    .map((link) => path.join(path.dirname(file), link.replace(/#.*$/u, '')));
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s links to files that are there', (file) => {
    const links = linkedFiles(file);
    expect(links).not.toEqual([]);
    expect(links.filter((link) => !existsSync(path.join(ROOT, link)))).toEqual([]);
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
