import { once } from 'node:events';
import { connect } from 'node:net';

import { liveEventSchema, type Timers, type WireLiveEvent } from '@netscope/domain';
import { WebSocket } from 'ws';

import { type ApiServer, type BoundPorts, createApiServer } from '../src/api-server.ts';
import type { ApiServerOptions, HttpOptions } from '../src/app-state.ts';
import { SampleWorld } from './sample-server.ts';

const timers: Timers = {
  set: (callback, delayMs) => asHandle(setTimeout(callback, delayMs)),
  background: (callback, delayMs) => asHandle(setTimeout(callback, delayMs).unref()),
  clear: (handle) => {
    if (isTimeout(handle)) clearTimeout(handle);
  },
};

function asHandle(timeout: NodeJS.Timeout): object {
  return timeout;
}

function isTimeout(handle: object): handle is NodeJS.Timeout {
  return Symbol.toPrimitive in handle;
}

/** A server on real sockets and real time, over a sample world. */
export class RunningServer implements AsyncDisposable {
  readonly world = new SampleWorld();
  readonly #server: ApiServer;
  readonly #ends: (() => void)[] = [];
  #bound: BoundPorts | undefined;

  constructor(http: Partial<HttpOptions> = {}, more: Partial<ApiServerOptions> = {}) {
    const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
    this.#server = createApiServer(this.world.options(http, { clock, timers, ...more }));
  }

  get port(): number {
    return this.#bound?.port ?? 0;
  }

  get metricsPort(): number {
    return this.#bound?.metricsPort ?? 0;
  }

  async start(): Promise<this> {
    this.#bound = await this.#server.listen();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end();
    await this.#server.close();
  }

  /** Opens a live client; rejects with the status where it is refused. */
  async client(query = '', headers: Record<string, string> = {}): Promise<LiveClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/v1/ws/events${query}`, { headers });
    this.#ends.push(() => socket.terminate());
    return LiveClient.open(socket);
  }

  /** Sends bytes as they are and gives back all that comes until the server ends it. */
  async raw(bytes: string, port = this.port): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    return answer;
  }
}

/** A live client on a real socket, with what it was sent. */
export class LiveClient {
  readonly events: WireLiveEvent[] = [];
  readonly #socket: WebSocket;

  static async open(socket: WebSocket): Promise<LiveClient> {
    const client = new LiveClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`refused with ${response.statusCode}`));
        response.destroy();
      });
    });
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (bytes: Buffer) => {
      this.events.push(liveEventSchema.parse(JSON.parse(bytes.toString())));
    });
    socket.on('error', () => undefined);
  }

  calls(): readonly string[] {
    return this.events.flatMap((event) =>
      event.event_type === 'network.request.completed' ? event.request_id : [],
    );
  }

  dropped(): number {
    return this.events.reduce(
      (sum, event) =>
        sum + (event.event_type === 'system.ws.drop_notice' ? event.dropped_events : 0),
      0,
    );
  }

  /** Reads no more, as a stopped process. */
  stop(): void {
    this.#socket.pause();
  }

  go(): void {
    this.#socket.resume();
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  async closed(): Promise<number> {
    const [code]: unknown[] = await once(this.#socket, 'close');
    return Number(code);
  }
}
