import { parentPort, workerData } from 'node:worker_threads';

import { HostDesk } from './host-desk.ts';
import type { HostRequest, HostWorkerOptions } from './host-messages.ts';
import { loadHostNative } from './load-host-native.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `HostThread` starts it
const desk = new HostDesk(workerData as HostWorkerOptions, loadHostNative());

parentPort?.on('message', (request: HostRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(desk.handle(request));
});
