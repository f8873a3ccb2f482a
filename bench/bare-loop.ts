/**
 * What somebody writes by hand, with nothing else in it, in a process of its own: `each`, kafkajs
 * `eachMessage` with `undici.request`, as many at once as there are partitions; `pool`, `eachBatch`
 * into so many promises at once. No order by key, policy, metric or audit; commits every second.
 */
import process from 'node:process';

import { Kafka, logLevel } from 'kafkajs';
import { Pool, request } from 'undici';

const [mode, broker = '', topic = '', group = '', origin = '', width = '64'] =
  process.argv.slice(2);
const LANES = Number(width);
const dispatcher = new Pool(origin, { connections: LANES, pipelining: 1, allowH2: false });
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: group });

async function send(timestamp: string, body: Buffer | null): Promise<void> {
  const answer = await request(`${origin}/v1/send`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-record-timestamp': timestamp },
    body,
  });
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
  await answer.body.dump();
}

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
if (mode === 'each') {
  await consumer.run({
    partitionsConsumedConcurrently: LANES,
    autoCommitInterval: 1000,
    eachMessage: async ({ message }) => send(message.timestamp, message.value),
  });
} else {
  let free = LANES;
  const waiting: (() => void)[] = [];
  await consumer.run({
    partitionsConsumedConcurrently: 12,
    autoCommitInterval: 1000,
    eachBatch: async ({ batch }) => {
      const under: Promise<void>[] = [];
      for (const { timestamp, value } of batch.messages) {
        if (free > 0) free -= 1;
        else await new Promise<void>((resolve) => waiting.push(resolve));
        under.push(
          send(timestamp, value).finally(() => {
            const next = waiting.shift();
            if (next === undefined) free += 1;
            else next();
          }),
        );
      }
      await Promise.all(under);
    },
  });
}
