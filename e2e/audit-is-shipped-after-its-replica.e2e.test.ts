import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { CommandLine } from './support/cli.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 200;

describe.skipIf(await isMissing('kafka', 'rgw'))('audit ship', () => {
  test(
    'ships what a replica left that never reached its store, and the trail is sound',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({ config: { shutdown: { drain_ms: 2000 } } });
      const { audit } = Object(pipeline.config);
      const away = { ...audit, rgw: { ...audit.rgw, endpoint: 'http://127.0.0.1:9' } };
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 50));
      await using gateway = await pipeline.gateway(pipeline.folder, { audit: away });
      await using cli = await CommandLine.on(pipeline.config);
      const dataDir = `${pipeline.folder}/data`;
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        { what: 'every record to be committed' },
      );

      const early = await cli.run('audit', 'ship', '--data-dir', dataDir);
      expect(early).toMatchObject({
        exitCode: 78,
        stderr: expect.stringContaining('STORAGE_LOCKED'),
      });
      expect(await gateway.stop()).toBe(0);
      expect(await pipeline.rgw.listKeys(pipeline.bucket, 'audit/')).toEqual([]);

      const shipped = await cli.run('audit', 'ship', '--data-dir', dataDir, '--json');
      expect(shipped.exitCode).toBe(0);
      const told = JSON.parse(shipped.stdout);
      expect(told).toMatchObject({ shipped: true, node: 'netscope-0', events_left: 0 });
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const completed = trail.filter(({ event_type: type }) => type === 'request.completed');
      expect(new Set(completed.map(placeOf)).size).toBe(RECORDS);

      const check = { ...pipeline.config, service: { name: 'netscope', data_dir: dataDir } };
      await using checker = await CommandLine.on(check);
      const verified = await checker.run('audit', 'verify', '--json', '--head', told.head);
      expect(JSON.parse(verified.stdout)).toMatchObject({ sound: true, findings: [] });
      expect(verified.exitCode).toBe(0);

      const again = await cli.run('audit', 'ship', '--data-dir', dataDir, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ shipped: true, events_left: 0 });
    },
  );

  test('says what is not the data_dir of a replica', { timeout: 60_000 }, async () => {
    await using cli = await CommandLine.on({
      source: { kind: 'embedded' },
      upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
      routes: [{ name: 'r', topics: ['t'], upstream: 'partner', request: { path: '/' } }],
      audit: { store: 'directory', directory: { path: './audit' } },
    });
    const { exitCode, stderr } = await cli.run('audit', 'ship', '--data-dir', cli.folder);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 78,
      stderr: expect.stringContaining(`${cli.folder} has no spool`),
    });
    expect(await cli.run('audit', 'ship')).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('audit ship needs --data-dir DIR'),
    });
  });
});
