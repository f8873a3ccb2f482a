/** Makes two exchanges on one connection and prints what the probe knows of them, a JSON line. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';

import { loadNative, NetworkProbe } from '@netscope/network-probe';
import { realClock } from '@netscope/test-support';

import { SLOT } from '../../src/native/socket-slots.ts';
import { factsBetween } from '../../src/socket-facts.ts';

const server = createServer((peer) => void peer.on('data', () => peer.write('an answer')));
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');

const probe = new NetworkProbe(realClock, loadNative().library);
probe.start();
const trace = probe.connecting();
const socket = connect(address.port, '127.0.0.1');
probe.follow(socket, trace);
await once(socket, 'connect');
const exchanges = [];
for (const bytes of [1000, 200]) {
  trace.requests += 1;
  const mark = trace.mark();
  socket.write('x'.repeat(bytes));
  await once(socket, 'data');
  const after = trace.look();
  if (mark === undefined || after === undefined) throw new Error('the kernel told nothing at all');
  exchanges.push({ bytes: after[SLOT.infoLength], facts: factsBetween(mark, after) });
  trace.unmark(mark);
}
const { receiveStamps } = probe.capabilities();
process.stdout.write(`${JSON.stringify({ id: trace.id, receiveStamps, exchanges })}\n`);
process.exit(0);
