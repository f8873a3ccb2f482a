import { randomUUID } from 'node:crypto';

import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

describe.skipIf(await isMissing('kafka'))('A start that may create topics', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => {
    await kafka.disconnect();
  });

  it('creates the dead letter topic, and waits for the topic that it reads by its name', async () => {
    const topic = `missing-${randomUUID()}`;
    const deadLetterTopic = `${topic}.parked`;
    const settings = settingsFor(kafka, {
      createTopics: true,
      deadLetterTopic,
      startBudgetMs: 2500,
    });
    const { ended } = startSource(settings, [topic]);
    await expect(ended).rejects.toMatchObject({
      code: 'SOURCE_START_TIMEOUT',
      message: expect.stringMatching(new RegExp(`missing topics: ${topic}$`, 'u')),
    });
    expect(await kafka.endOffsets(deadLetterTopic)).toEqual(new Map([[0, 0]]));
  });
});
