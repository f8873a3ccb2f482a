import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

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

describe.skipIf(await isMissing('kafka'))('A broker that is named by an IPv6 address', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => {
    await kafka.disconnect();
  });

  it('is reached there', async () => {
    const [host = '', port = ''] = (kafka.brokers[0] ?? '').split(':');
    const relay = createServer((socket) => {
      const broker = connect(Number(port), host);
      socket.pipe(broker).pipe(socket);
      socket.on('error', () => broker.destroy());
      broker.on('error', () => socket.destroy());
    }).listen(0, '::1');
    await once(relay, 'listening');
    const topic = `by-ipv6-${randomUUID()}`;
    await kafka.createTopic(topic);
    await kafka.produce(topic, [{ value: 'told' }]);
    const running = startSource(
      settingsFor(kafka, { brokers: [`[::1]:${portOf(relay.address())}`] }),
      [topic],
    );
    const [handed] = await running.consumer.until(1);
    expect(Buffer.from(handed?.record.value ?? []).toString()).toBe('told');
    await running.stop();
    relay.close();
  });
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
