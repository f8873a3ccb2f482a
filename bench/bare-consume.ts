/**
 * The floor of the consuming side: kafkajs `eachBatch` that looks at every record and does nothing,
 * in a process of its own. Prints the CPU microseconds (user and system) of one record.
 */
import process from 'node:process';

import { Kafka, logLevel } from 'kafkajs';

const [broker = '', topic = '', count = '0', group = 'bench'] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: group });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

let seen = 0;
let bytes = 0;
const total = Number(count);
const warm = Math.floor(total / 5);
let before = process.cpuUsage();

await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) bytes += value?.length ?? 0;
    const was = seen;
    seen += batch.messages.length;
    if (was < warm && seen >= warm) before = process.cpuUsage();
    if (seen >= total) finish();
  },
});

function finish(): void {
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${(user + system) / (total - warm)}\n`);
  process.exit(bytes > 0 ? 0 : 1);
}
