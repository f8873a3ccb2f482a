import { connect, createServer, type Server, type Socket } from 'node:net';

const QUEUED_BYTES_MAX = 1_048_576;

export interface FaultProxyOptions {
  readonly targetPort: number;
  /** Default: 127.0.0.1. */
  readonly targetHost?: string;
}

/** A TCP proxy on loopback whose faults are set while it runs. It starts with none. */
export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  /** Delay of every byte, each way, in milliseconds. */
  latencyMs = 0;
  #server: Server;
  #isBlackhole = false;
  readonly #target: FaultProxyOptions;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number, target: FaultProxyOptions) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (socket) => this.#join(socket));
  }

  static async start(target: FaultProxyOptions): Promise<FaultProxy> {
    const server = await listen(0);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new FaultProxy(server, address.port, target);
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Open connections, both sides counted. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Resets every open connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Resets every open connection and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  /** Accepts and keeps connections, and passes nothing on, without a word. */
  blackhole(): void {
    this.#isBlackhole = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Takes every fault away; what a black hole held back flows on. */
  async heal(): Promise<void> {
    this.latencyMs = 0;
    this.#isBlackhole = false;
    for (const socket of this.#sockets) socket.resume();
    if (this.#server.listening) return;
    this.#server = await listen(this.port);
    this.#server.on('connection', (socket) => this.#join(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.refuse();
    else this.cut();
  }

  #join(near: Socket): void {
    const far = connect(this.#target.targetPort, this.#target.targetHost ?? '127.0.0.1');
    this.#pass(near, far);
    this.#pass(far, near);
  }

  /** Bytes in order, each as late as the latency of its moment says. */
  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    if (this.#isBlackhole) from.pause();
    const line = new DelayLine(() => {
      if (!this.#isBlackhole) from.resume();
    });
    const later = (bytes: number, act: () => void): void => {
      line.add({ dueMs: performance.now() + this.latencyMs, bytes, act });
      if (line.isFull) from.pause();
    };
    from.on('data', (chunk) => later(chunk.length, () => void to.write(chunk)));
    from.on('end', () => later(0, () => to.end()));
    // A fault is the point: the other side hears of it, nobody else.
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (from.errored === null && !from.readableEnded) to.destroy();
    });
  }
}

interface Delayed {
  readonly dueMs: number;
  readonly bytes: number;
  readonly act: () => void;
}

/** What was read and is not due yet, in order; what comes later is never done earlier. */
class DelayLine {
  readonly #waiting: Delayed[] = [];
  readonly #onRoom: () => void;
  #bytes = 0;
  #isTimed = false;

  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return this.#bytes > QUEUED_BYTES_MAX;
  }

  add(delayed: Delayed): void {
    this.#waiting.push(delayed);
    this.#bytes += delayed.bytes;
    if (!this.#isTimed) this.#run();
  }

  #run(): void {
    this.#isTimed = false;
    const wasFull = this.isFull;
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const waitMs = head.dueMs - performance.now();
      if (waitMs > 0) {
        this.#isTimed = true;
        setTimeout(() => this.#run(), waitMs);
        break;
      }
      this.#waiting.shift();
      this.#bytes -= head.bytes;
      head.act();
    }
    if (wasFull && !this.isFull) this.#onRoom();
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
