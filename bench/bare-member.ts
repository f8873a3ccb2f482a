/**
 * A member of a group in a process of its own, which hands on nothing and commits every 100 ms. Tells
 * its parent its name in the group and, ten times a second, which records it was given and when.
 */
import process from 'node:process';

import { Consumer } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';

/** Partition, offset, ms since the epoch. */
export type Arrival = readonly [partition: number, offset: number, atMs: number];

const [client = '', broker = '', topic = '', groupId = ''] = process.argv.slice(2);
const COMMIT_MS = 100;
const SESSION_MS = 30_000;
let arrivals: Arrival[] = [];

setInterval(() => {
  if (arrivals.length > 0) process.send?.({ arrivals });
  arrivals = [];
}, COMMIT_MS);

const take = (partition: number, offset: number): void => {
  arrivals.push([partition, offset, Date.now()]);
};

async function kafkajsMember(): Promise<() => Promise<void>> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, sessionTimeout: SESSION_MS, heartbeatInterval: 1000 });
  consumer.on('consumer.group_join', ({ payload }) => process.send?.({ member: payload.memberId }));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: COMMIT_MS,
    eachBatch: async (payload) => {
      const { batch } = payload;
      for (const { offset } of batch.messages) {
        take(batch.partition, Number(offset));
        payload.resolveOffset(offset);
      }
      await payload.commitOffsetsIfNecessary();
    },
  });
  return async () => consumer.disconnect();
}

async function platformaticMember(): Promise<() => Promise<void>> {
  const base = { groupId, clientId: 'bench', bootstrapBrokers: [broker], autocommit: COMMIT_MS };
  const consumer = new Consumer(
    client === 'consumer'
      ? { ...base, groupProtocol: 'consumer' }
      : {
          ...base,
          sessionTimeout: SESSION_MS,
          heartbeatInterval: 1000,
          ...(client === 'cooperative'
            ? { protocols: [{ name: 'cooperative-sticky', version: 1 }] }
            : {}),
        },
  );
  const tell = (): void => void process.send?.({ member: consumer.memberId });
  consumer.on('consumer:group:join', tell);
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
  });
  tell();
  stream.on('data', ({ partition, offset }) => take(partition, Number(offset)));
  stream.on('error', (error) => process.stderr.write(`${String(error)}\n`));
  return async () => {
    await stream.close();
    await consumer.close();
  };
}

const leave = await (client === 'kafkajs' ? kafkajsMember() : platformaticMember());
process.on('message', () => {
  void leave().then(() => process.exit(0));
});
