import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isMissing, RealKafka, sharedKafka } from '../../src/services/index.ts';

describe.skipIf(await isMissing('kafka'))('a real Kafka', () => {
  describe('shared by the files of a run', () => {
    let kafka: RealKafka;
    beforeAll(async () => {
      kafka = await sharedKafka();
    });
    afterAll(async () => kafka.disconnect());

    it('keeps keys, headers and null values of what is produced', async () => {
      const topic = `kept-${randomUUID()}`;
      await kafka.createTopic(topic, 2);
      await kafka.produce(topic, [
        { key: 'a', value: 'one', partition: 1, headers: { color: 'red' } },
        { key: null, value: null, partition: 1 },
        { key: 'b', value: '', partition: 0 },
      ]);
      const [b, a, none] = await kafka.fetchAll(topic);
      expect(a).toMatchObject({ partition: 1, offset: 0, headers: { color: 'red' } });
      expect(a?.value?.toString()).toBe('one');
      expect(none).toMatchObject({ partition: 1, offset: 1, key: null, value: null });
      expect(b?.value).toHaveLength(0);
    });

    it('answers an empty topic with no record', async () => {
      const topic = `empty-${randomUUID()}`;
      await kafka.createTopic(topic);
      expect(await kafka.fetchAll(topic)).toEqual([]);
    });

    it('tells the lag of a group that has committed nothing', async () => {
      const topic = `lag-${randomUUID()}`;
      await kafka.createTopic(topic);
      await kafka.produce(topic, [{ value: '1' }, { value: '2' }]);
      expect(await kafka.lag(`group-${topic}`, topic)).toBe(2);
      expect(await kafka.committedOffsets(`group-${topic}`, topic)).toEqual(new Map());
    });

    it('is the same broker for the next who asks', async () => {
      const again = await sharedKafka();
      expect(again.port).toBe(kafka.port);
    });
  });

  describe('of its own', () => {
    it('keeps its port and its records over a kill -9', async () => {
      await using kafka = await RealKafka.start();
      await kafka.createTopic('kept');
      await kafka.produce('kept', [{ key: 'a', value: 'before' }]);
      await kafka.kill();
      await kafka.restart();
      await kafka.produce('kept', [{ key: 'a', value: 'after' }]);
      const values = (await kafka.fetchAll('kept')).map(({ value }) => value?.toString());
      expect(values).toEqual(['before', 'after']);
    });

    it('takes further broker properties', async () => {
      const extraProperties = { 'message.max.bytes': 2000 };
      await using kafka = await RealKafka.start({ extraProperties });
      await kafka.createTopic('small');
      const tooLarge = kafka.produce('small', [{ value: 'x'.repeat(5000) }]);
      await expect(tooLarge).rejects.toThrow(/larger than the max|too large/i);
    });
  });
});
