/**
 * As `bare-consume.ts`, by `@platformatic/kafka`: a stream that looks at every record and does
 * nothing, in a process of its own. Prints the CPU microseconds (user and system) of one record.
 */
import process from 'node:process';

import { Consumer } from '@platformatic/kafka';

const [broker = '', topic = '', count = '0', group = 'bench', protocol = 'classic'] =
  process.argv.slice(2);
const consumer = new Consumer({
  groupId: group,
  clientId: 'bench',
  bootstrapBrokers: [broker],
  // As kafkajs asks by default.
  maxBytes: 10 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  groupProtocol: protocol === 'consumer' ? 'consumer' : 'classic',
});

let seen = 0;
let bytes = 0;
const total = Number(count);
const warm = Math.floor(total / 5);
let before = process.cpuUsage();

const stream = await consumer.consume({
  topics: [topic],
  mode: 'earliest',
  autocommit: false,
});
stream.on('data', ({ value }) => {
  bytes += value.length;
  seen += 1;
  if (seen === warm) before = process.cpuUsage();
  if (seen === total) finish();
});

function finish(): void {
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${(user + system) / (total - warm)}\n`);
  process.exit(bytes > 0 ? 0 : 1);
}
