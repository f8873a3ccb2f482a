import type { EventEmitter } from 'node:events';

/** Hears what becomes of a stream that results go to: without, its loss would end the process. */
export class WatchedStream {
  #failure: Error | undefined;

  constructor(stream: Pick<EventEmitter, 'on'>) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#failure ??= error;
    });
  }

  /**
   * Why not all was written, told a turn after the write; `undefined` also where the reader of a pipe
   * has left, who wants no more.
   */
  get failure(): Error | undefined {
    return this.#failure;
  }
}
