import { parentPort, workerData } from 'node:worker_threads';

import { RingReader } from '../ring/ring-reader.ts';
import type { SharedRing } from '../ring/shared-ring.ts';
import { nodeSpoolFiles } from './node-spool-files.ts';
import { SpoolWriter } from './spool-writer.ts';
import type { WriterMessage, WriterOptions } from './writer-messages.ts';

/** What the main thread hands over when it starts this one. */
export interface WriterThreadStart {
  readonly ring: SharedRing;
  readonly options: WriterOptions;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `WriterThread` starts it
const start = workerData as WriterThreadStart;

new SpoolWriter(start.options, {
  reader: new RingReader(start.ring),
  files: nodeSpoolFiles,
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  post: (message: WriterMessage) => parentPort?.postMessage(message),
  monotonicMs: () => performance.now(),
  // oxlint-disable-next-line no-restricted-globals -- a thread is an edge: nothing can be injected
  wallMs: () => Date.now(),
}).run();
