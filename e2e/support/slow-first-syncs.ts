/**
 * Loaded into a gateway by `NODE_OPTIONS=--import`: its audit spool begins on a disk that takes 1.5 s
 * for each of the first two syncs, so that the gateway is ready only 3 s after it listens.
 */
import fs from 'node:fs';

const SYNC_MS = 1500;
const SLOW_SYNCS = 2;

const { fdatasyncSync } = fs;
let syncs = 0;

Object.assign(fs, {
  fdatasyncSync: (fd: number): void => {
    syncs += 1;
    if (syncs <= SLOW_SYNCS) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SYNC_MS);
    }
    fdatasyncSync(fd);
  },
});
