import { once } from 'node:events';

import { pino } from 'pino';

/** Lines are dropped past this rather than kept without bound or waited for. */
const BUFFER_BYTES_MAX = 4 * 1_048_576;
const CLOSE_MS = 1000;

/** Where finished lines go. Neither method throws; `write` never waits for the sink. */
export interface LogDestination {
  write(line: string): void;
  /** Resolves when the sink has every line, or after a second where it takes none. */
  close(): Promise<void>;
}

export interface DestinationOptions {
  /** File descriptor; 1 is standard output. */
  readonly fd: number;
  /** Told of lines dropped so far, when the sink takes lines again. */
  readonly onDropped: (lines: number) => void;
}

/**
 * Writes to a file descriptor from libuv's threads, so that a stalled sink holds up nobody: the
 * buffer is bounded, and lines past it are counted and dropped.
 */
export function fdDestination({ fd, onDropped }: DestinationOptions): LogDestination {
  const sink = pino.destination({ fd, sync: false, maxLength: BUFFER_BYTES_MAX });
  let dropped = 0;
  let isBroken = false;
  sink.on('drop', () => {
    dropped += 1;
  });
  sink.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  });
  // A closed pipe (EPIPE) ends the log and nothing else.
  sink.on('error', () => {
    isBroken = true;
  });
  return {
    write: (line) => {
      if (!isBroken) sink.write(line);
    },
    close: async () => {
      if (isBroken) return;
      isBroken = true;
      const ended = once(sink, 'close', { signal: AbortSignal.timeout(CLOSE_MS) });
      sink.end();
      await ended.catch(() => undefined);
    },
  };
}
