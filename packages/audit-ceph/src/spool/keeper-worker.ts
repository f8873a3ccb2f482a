import { parentPort, workerData } from 'node:worker_threads';

import { giveWay } from './give-way.ts';
import { Keeper, type KeeperOptions, type KeeperRequest } from './keeper.ts';
import { nodeSpoolFiles } from './node-spool-files.ts';

giveWay();

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `KeeperThread` starts it
const keeper = new Keeper(workerData as KeeperOptions, nodeSpoolFiles);

parentPort?.on('message', (request: KeeperRequest) => {
  const reply = keeper.handle(request);
  parentPort?.postMessage(reply, reply.kind === 'loaded' ? [reply.body.buffer] : []);
});
