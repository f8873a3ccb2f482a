/** A thread that is in the native library most of its time, to be ended wherever it is. */
import { parentPort, workerData } from 'node:worker_threads';

import { loadNative } from '../../src/native/load-native.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `native-soak-child` starts it
const { fd, rounds } = workerData as { readonly fd: number; readonly rounds: number };
const { library } = loadNative();
if (library === undefined) throw new Error('the native library is not built');
const host = library.HostProbe && new library.HostProbe();
const watcher = library.SocketWatcher && new library.SocketWatcher();
const look = new Float64Array(library.socketFields().length);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage('busy');
for (let round = 0; round < rounds; round += 1) {
  host?.collect();
  host?.connections();
  const slot = watcher?.watch(fd) ?? -1;
  if (slot >= 0) library.armSocket?.(fd, slot, look);
  library.readSocket(fd, look);
  // Its slots and its thread go with it: nothing is given back here.
}
