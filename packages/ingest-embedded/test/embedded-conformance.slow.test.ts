import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { EmbeddedSource } from '@netscope/ingest-embedded';
import { recordSourceConformance } from '@netscope/test-support/conformance';

import { openSource, TOPIC } from './open-source.ts';

recordSourceConformance('The embedded source', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-'));
  const file = path.join(dataDir, 'embedded', TOPIC, 'committed-netscope.json');
  let source: EmbeddedSource | undefined;
  const close = async (): Promise<void> => source?.[Symbol.asyncDispose]();
  const current = async (): Promise<EmbeddedSource> => (source ??= await openSource(dataDir));
  return {
    open: async () => {
      if (source?.status().state === 'stopped') {
        await close();
        source = undefined;
      }
      return current();
    },
    append: async (records) => {
      const log = await current();
      await Promise.all(records.map(async (record) => log.append(TOPIC, record)));
    },
    committed: async () => {
      const text = await readFile(file, 'utf8').catch(() => '{}');
      const offset = /"0":(\d+)/u.exec(text)?.[1];
      return offset === undefined ? undefined : Number(offset);
    },
    quietMs: 400,
    close: async () => {
      await close();
      await rm(dataDir, { recursive: true });
    },
  };
});
