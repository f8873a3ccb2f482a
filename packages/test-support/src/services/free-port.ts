import { createServer } from 'node:net';

// Below the kernel's ephemeral range (from 32768), so that no outgoing connection takes the port
// while the service that owns it is down and a test waits to restart it.
const FIRST = 15_000;
const LAST = 32_000;
const DRAWS_MAX = 200;

/**
 * A TCP port of 127.0.0.1 that nobody listens on now.
 * @throws {Error} when none was found in 200 draws.
 */
export async function freePort(): Promise<number> {
  for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
