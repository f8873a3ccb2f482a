import type { Writable } from 'node:stream';

import { OutputError } from './output-error.ts';

const NEWLINE = Buffer.from('\n');
/** A write for each line would be a system call for each line. */
const BATCH_BYTES = 65_536;

/**
 * Lines for a stream that may be slow, or gone: memory holds one batch. Where the reader of a pipe has left (`| head`), `isClosed` says so and nothing is thrown.
 */
export class LineWriter {
  readonly #stream: Writable;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  #isClosed = false;
  #failure: Error | undefined;
  #endWait = (): void => undefined;

  /** `signal` ends what waits for a reader that has stopped reading. */
  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream;
    const end = (): void => {
      this.#isClosed = true;
      stream.destroy();
      this.#endWait();
    };
    signal.addEventListener('abort', end, { once: true });
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#isClosed = true;
      if (error.code !== 'EPIPE') this.#failure = error;
    });
  }

  /** Nobody reads any more, or a signal came: there is no use in going on. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes a line without its newline; its bytes are copied. Await what it answers, if it does. */
  line(line: Uint8Array | string): Promise<void> | undefined {
    const bytes = Buffer.from(line);
    this.#batch.push(bytes, NEWLINE);
    this.#bytes += bytes.length + 1;
    return this.#bytes < BATCH_BYTES ? undefined : this.flush();
  }

  /** Resolves when the stream has taken all, or nobody reads. @throws {OutputError} where it failed */
  async flush(): Promise<void> {
    const chunk = Buffer.concat(this.#batch);
    this.#batch = [];
    this.#bytes = 0;
    if (chunk.length > 0 && !this.#isClosed) {
      // Called for a failure as well, of which `error` tells.
      await new Promise<void>((done) => {
        this.#endWait = done;
        this.#stream.write(chunk, () => done());
      });
    }
    if (this.#failure !== undefined) throw new OutputError(this.#failure);
  }
}
