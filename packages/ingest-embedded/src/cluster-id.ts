import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';

import type { Random } from '@netscope/domain';

import { syncFolder } from './log-writer.ts';

/** The id of this data directory's embedded source, made at its first opening and kept. */
export async function openClusterId(root: string, random: Random): Promise<string> {
  await mkdir(root, { recursive: true });
  const file = path.join(root, 'cluster-id');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known.trim();
  const id = `embedded-${random.uuid()}`;
  const draft = `${file}.new`;
  {
    await using handle = await open(draft, 'w');
    await handle.writeFile(id);
    await handle.sync();
  }
  await rename(draft, file);
  await syncFolder(root);
  return id;
}
