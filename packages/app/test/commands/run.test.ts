import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadConfig } from '@netscope/config';
import { expect, test } from 'vitest';

import { createOutput } from '../../src/cli/output.ts';
import { run } from '../../src/commands/run.ts';
import { systemEdges } from '../../src/edges/edges.ts';

const SETTINGS = `
source: { kind: embedded }
delivery: { ambiguous: retry }
upstreams: { partner: { origin: http://127.0.0.1:9 } }
routes:
  - { name: r, group: g, topics: [t], upstream: partner, request: { method: PUT, path: / } }
audit: { store: directory, directory: { path: audit } }
`;

test('run opens nothing where the signal came while it built', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'netscope-run-'));
  try {
    const text = `${SETTINGS}\nservice: { data_dir: ${folder}/data }\n`;
    const loaded = loadConfig({ text, env: {}, cwd: folder, dotenv: false });
    const stream = { write: () => true };
    const output = createOutput({ stdout: stream, stderr: stream }, false);
    await run(loaded, { edges: systemEdges(), output, signal: AbortSignal.abort() });
    expect(existsSync(path.join(folder, 'data'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
