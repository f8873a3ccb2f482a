/**
 * The floor of the outbound side: undici's `dispatch` with a handler that does nothing, in a process
 * of its own. Prints the CPU microseconds (user and system) of one request, after a warm-up.
 */
import process from 'node:process';

import { type Dispatcher, Pool } from 'undici';

const [origin = '', warmUp = '0', count = '0', inFlight = '64'] = process.argv.slice(2);
const body = Buffer.alloc(500, 'x');
const pool = new Pool(origin, { connections: Number(inFlight), pipelining: 1, allowH2: false });

function run(total: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let ended = 0;
    const next = (): void => {
      if (begun >= total) return;
      begun += 1;
      pool.dispatch(
        { path: '/v1/send', method: 'POST', headers: ['content-type', 'application/json'], body },
        {
          onRequestStart: () => {},
          onResponseStart: () => {},
          onResponseData: () => {},
          onResponseEnd: () => {
            ended += 1;
            if (ended === total) resolve();
            else next();
          },
          onResponseError: (_controller: Dispatcher.DispatchController, error: Error) =>
            reject(error),
        },
      );
    };
    for (let lane = 0; lane < Number(inFlight); lane += 1) next();
  });
}

await run(Number(warmUp));
const before = process.cpuUsage();
await run(Number(count));
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${(user + system) / Number(count)}\n`);
await pool.close();
