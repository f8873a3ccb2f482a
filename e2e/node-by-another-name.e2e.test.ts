import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { CommandLine } from './support/cli.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted } from './support/resilience.ts';

const BATCH = 300;
const KEYS = 50;

/** As a container has it that is made again: the host name is another, the volume the same. */
const named = (node: string) => ({ service: { name: 'netscope', node } });

describe.skipIf(await isMissing('kafka', 'rgw'))('a node whose name changes', () => {
  test(
    'has two trails in one data_dir, both whole and sound, also when the first name comes back',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await Pipeline.start();
      const { kafka, topic, folder } = pipeline;
      const { audit } = Object(pipeline.config);
      const away = { ...audit, rgw: { ...audit.rgw, endpoint: 'http://127.0.0.1:9' } };

      // Killed, and nothing of it is in the store.
      await using first = await pipeline.gateway(folder, { ...named('pod-a'), audit: away });
      await kafka.produce(topic, records(BATCH, KEYS));
      await allCommitted(pipeline);
      await first.kill();

      await using second = await pipeline.gateway(folder, named('pod-b'));
      await kafka.produce(topic, records(BATCH, KEYS, BATCH));
      await allCommitted(pipeline);
      await waitUntil(() => second.stdout.some((line) => line.includes('audit.former_shipped')), {
        what: 'what pod-a left to be shipped',
      });
      expect(second.stdout.filter((line) => line.includes('audit.node_changed'))).toHaveLength(1);
      expect(await second.stop()).toBe(0);

      await using third = await pipeline.gateway(folder, named('pod-a'));
      await kafka.produce(topic, records(BATCH, KEYS, 2 * BATCH));
      await allCommitted(pipeline);
      expect(await third.stop()).toBe(0);

      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const completed = trail.filter(({ event_type: type }) => type === 'request.completed');
      expect(new Set(completed.map(placeOf)).size).toBe(3 * BATCH);

      const service = { name: 'netscope', data_dir: `${folder}/data` };
      await using checker = await CommandLine.on({ ...pipeline.config, service });
      const verified = await checker.run('audit', 'verify', '--json');
      expect(JSON.parse(verified.stdout)).toMatchObject({ sound: true, findings: [] });
      expect(verified.exitCode).toBe(0);
    },
  );
});
