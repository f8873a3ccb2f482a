import { parentPort } from 'node:worker_threads';

import { checkSegment, type SegmentJob } from './check-segment.ts';

// What this file imports is loaded by each thread: the domain with its schemas would take longer
// than the check of a hundred thousand events.
parentPort?.on('message', (job: SegmentJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(checkSegment(job));
});
