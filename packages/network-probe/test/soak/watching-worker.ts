/** A thread that watches connections to a port of its parent's, and ends with its standard input. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { parentPort } from 'node:worker_threads';

import { loadNative, NetworkProbe } from '@netscope/network-probe';
import { realClock } from '@netscope/test-support';

const [port = 0, sockets = 0] = process.argv.slice(2).map(Number);
const probe = new NetworkProbe(realClock, loadNative().library);
probe.start();
const opened: Socket[] = [];
for (let count = 0; count < sockets; count += 1) {
  const trace = probe.connecting();
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  probe.follow(socket, trace);
  await once(socket, 'connect');
  // Nobody reads: what the parent sends lies in the kernel while this thread ends.
  socket.pause();
  trace.requests += 1;
  if (trace.mark() === undefined) throw new Error('not watched');
  socket.write('question');
  opened.push(socket);
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage({ watching: opened.length, stamps: probe.capabilities().receiveStamps });
process.stdin.resume().once('end', () => process.exit(0));
