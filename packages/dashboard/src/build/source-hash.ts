import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** `package.json` names the exact versions of the bundler and of what is bundled. */
const SOURCES = ['index.html', 'package.json', 'src/build/build-page.ts', 'src/page'] as const;
const HASH_LENGTH = 16;

/**
 * Names the page's sources by content: 16 hex digits, the same on every machine.
 * @throws {Error} when a source cannot be read.
 */
export async function sourceHash(packageDir: string): Promise<string> {
  const files = (await Promise.all(SOURCES.map((source) => filesOf(packageDir, source)))).flat();
  const bodies = await Promise.all(files.map((file) => readFile(path.join(packageDir, file))));
  const hash = createHash('sha256');
  for (const [index, file] of files.entries()) {
    const body = bodies[index] ?? Buffer.alloc(0);
    hash.update(`${file}\0${body.length}\0`).update(body);
  }
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

async function filesOf(packageDir: string, source: string): Promise<string[]> {
  if (path.extname(source) !== '') return [source];
  const entries = await readdir(path.join(packageDir, source), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(packageDir, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .toSorted();
}
