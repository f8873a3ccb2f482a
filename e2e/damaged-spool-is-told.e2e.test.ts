import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { GatewayProcess } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { CommandLine } from './support/cli.ts';

const CONFIG = {
  source: { kind: 'embedded' },
  upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
  routes: [{ name: 'r', topics: ['t'], upstream: 'partner', request: { path: '/' } }],
};

test(
  'the trail says of a file of the spool that was damaged before it was sent that it is not there',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'netscope-e2e-damaged-'));
    const audit = { store: 'directory', directory: { path: path.join(folder, 'store') } };
    const config = {
      ...CONFIG,
      audit,
      service: { node: 'n', data_dir: path.join(folder, 'data') },
    };
    try {
      await using first = await GatewayProcess.start({ config, folder });
      await first.kill();
      const segments = path.join(folder, 'data/spool/segments');
      const [name = ''] = readdirSync(segments);
      const lines = readFileSync(path.join(segments, name));
      lines[lines.length >> 1] = (lines[lines.length >> 1] ?? 0) ^ 1;
      writeFileSync(path.join(segments, name), lines);

      await using second = await GatewayProcess.start({ config, folder });
      expect(await second.stop()).toBe(0);
      await using cli = await CommandLine.on(config);
      const { stdout } = await cli.run('audit', 'cat');
      const started = stdout.split('\n').find((line) => line.includes('system.started'));
      expect(JSON.parse(started ?? '{}').facts).toMatchObject({
        previous_epoch: 'unclean',
        spool_files_set_aside: 1,
        spool_events_missing: expect.any(Number),
      });
      expect(readdirSync(path.join(folder, 'data/spool/quarantine'))).toEqual([name]);
      expect(await cli.run('audit', 'verify')).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^note lost: .* 1 files set aside, \d+ events/m),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
