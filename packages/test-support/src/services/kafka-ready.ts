import { connect } from 'node:net';

import { waitUntil } from '../wait-until.ts';

const PROBE_TIMEOUT_MS = 2000;

/**
 * Resolves when the broker answers a Metadata request that lists at least itself.
 * @throws {Error} after 60 s, or as soon as `isAlive` says that there is nobody to wait for.
 */
export async function waitForBroker(port: number, isAlive: () => boolean): Promise<void> {
  const answered = await waitUntil(
    async () => (isAlive() ? (await listsBrokers(port)) && 'ready' : 'gone'),
    { what: `a broker on port ${port}`, timeoutMs: 60_000 },
  );
  if (answered === 'gone') throw new Error(`the broker on port ${port} ended while it started`);
}

async function listsBrokers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = Buffer.alloc(0);
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // Size, correlation id and throttle time, 4 bytes each, come before the number of brokers.
      if (answer.length >= 16) finish(answer.readInt32BE(12) > 0);
    });
  });
}

/** Metadata, version 4, of no topic, creating none. */
function metadataRequest(): Buffer {
  const body = Buffer.alloc(19);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(4, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(4, 8);
  body.write('wait', 10, 'latin1');
  body.writeInt32BE(0, 14);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}
