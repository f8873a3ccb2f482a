import type { BatchLog, Place } from './batch-log.ts';

/** What the hub needs of a WebSocket; `ws` has it. */
export interface LiveSocket {
  readonly readyState: number;
  readonly OPEN: number;
  on(event: 'pong' | 'close', listener: () => void): unknown;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** The TCP socket below it; a `net.Socket` is one. */
export interface RawSocket {
  readonly writableLength: number;
  write(bytes: Uint8Array): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

interface WsClientOptions {
  readonly socket: LiveSocket;
  /** Whole frames go straight to it, the same bytes for every client. */
  readonly raw: RawSocket;
  readonly log: BatchLog;
  /** Bytes that may wait in the socket before this client is left behind. */
  readonly socketBytesMax: number;
  readonly onDropped: (events: number) => void;
  /** Frames of a notice of so many lost events. */
  readonly dropNotice: (events: number) => Buffer;
}

/** One live client: its place in the log of its filter, and whether it still answers. */
export class WsClient {
  readonly #options: WsClientOptions;
  readonly #place: Place;
  /** Lost and not yet told. */
  #untold = 0;
  #unanswered = 0;

  constructor(options: WsClientOptions) {
    this.#options = options;
    this.#place = options.log.end();
    options.socket.on('pong', () => {
      this.#unanswered = 0;
    });
    options.raw.on('drain', () => {
      this.#unanswered = 0;
      this.pump();
    });
  }

  /** Writes what the client has not had, as far as its socket takes it; never waits. */
  pump(): void {
    this.countLost();
    while (this.#takesMore()) {
      if (this.#untold > 0) {
        this.#options.raw.write(this.#options.dropNotice(this.#untold));
        this.#untold = 0;
      }
      const batch = this.#options.log.take(this.#place);
      if (batch === undefined) return;
      this.#options.raw.write(batch.frames);
    }
  }

  /** Writes what is not of the log; left out where the socket is full. */
  send(frames: Buffer): void {
    if (this.#takesMore()) this.#options.raw.write(frames);
  }

  /**
   * Sends a heartbeat with a ping, behind the events before it; ends a client that left
   * `unansweredMax` of them unanswered.
   */
  beat(frames: Buffer, unansweredMax: number): void {
    if (this.#unanswered >= unansweredMax) {
      this.#options.socket.terminate();
      return;
    }
    this.#unanswered += 1;
    this.pump();
    this.send(frames);
  }

  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason);
  }

  terminate(): void {
    this.#options.socket.terminate();
  }

  /** Counts the events that the log has dropped before this client had them. */
  countLost(): void {
    const lost = this.#options.log.catchUp(this.#place);
    if (lost === 0) return;
    this.#untold += lost;
    this.#options.onDropped(lost);
  }

  #takesMore(): boolean {
    const { socket, raw, socketBytesMax } = this.#options;
    return socket.readyState === socket.OPEN && raw.writableLength < socketBytesMax;
  }
}
