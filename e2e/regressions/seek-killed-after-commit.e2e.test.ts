import path from 'node:path';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail } from '../support/audit-trail.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';

const RECORDS = 20;
const TO = 7;
const DIE = path.resolve(import.meta.dirname, '../support/die-after-going-back.ts');

/** Guards against a group that was moved with nothing in the trail that says by whom. */
describe.skipIf(await isMissing('kafka', 'rgw'))('a seek whose process is killed', () => {
  test('between the commit and the event that it is done is in the trail', async () => {
    await using pipeline = await Pipeline.start({ partitions: 1 });
    const env = { NODE_OPTIONS: `--import=${DIE}` };
    await using killed = await pipeline.gateway(pipeline.folder, {}, env);
    const committed = async () =>
      (await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic)).get(0);
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    await waitUntil(async () => (await committed()) === RECORDS, { what: 'the commit' });
    const url = `${killed.origin}/v1/partitions/${pipeline.topic}/0/seek`;
    const seek = fetch(url, {
      method: 'POST',
      body: JSON.stringify({ offset: TO, reason: 'once more' }),
    });
    await expect(seek).rejects.toThrow('fetch failed');
    expect(await killed.ended).toBe('SIGKILL');
    expect(await committed()).toBe(TO);

    await using next = await pipeline.gateway(pipeline.folder);
    await waitUntil(async () => (await committed()) === RECORDS, { what: 'it to read on' });
    expect(await next.stop()).toBe(0);
    const trail = await readTrail(pipeline.rgw, pipeline.bucket);
    const actions = trail.filter(({ event_type }) => event_type === 'operator.action');
    const move = { from: String(RECORDS), to: String(TO), reason: 'once more' };
    expect(actions).toMatchObject([{ facts: { action: 'seek', state: 'intended', ...move } }]);
    expect((await pipeline.upstream.counts()).arrivals).toBe(2 * RECORDS - TO);
  });
});
