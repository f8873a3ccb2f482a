import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { respond, type Arrival, type Script } from './answer.ts';
import { Ledger } from './ledger.ts';
import { perform } from './perform.ts';

export interface ScriptedUpstreamOptions {
  /** Default: 200 to everything. */
  readonly script?: Script;
  /** Default: a free one. */
  readonly port?: number;
}

/** A real HTTP/1.1 server on loopback that answers by a script and notes every request. */
export class ScriptedUpstream implements AsyncDisposable {
  readonly ledger = new Ledger();
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** May be set at any time; what has arrived is answered by the former one. */
  script: Script;
  #server: Server;
  #sequence = 0;
  readonly #connections = new WeakMap<Socket, number>();

  private constructor(server: Server, port: number, script: Script) {
    this.#server = server;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.script = script;
    this.#serve(server);
  }

  /** @throws {Error} when the port is taken. */
  static async start(options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
    const server = await listen(options.port ?? 0);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new ScriptedUpstream(server, address.port, options.script ?? (() => respond(200)));
  }

  /** Refuses connections and resets the open ones, until `accept`. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens on the same port again. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = await listen(this.port);
    this.#serve(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  #serve(server: Server): void {
    server.on('connection', (socket) => this.#connections.set(socket, this.ledger.connect()));
    server.on('request', (request, response) => void this.#take(request, response));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#connections.get(request.socket) ?? -1;
    const body = await bodyOf(request);
    if (body === undefined) return;
    const headers = flatHeaders(request);
    const idempotencyKey = headers['idempotency-key']?.replace(/^"(.*)"$/u, '$1');
    const arrival: Arrival = {
      sequence: this.#sequence,
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body,
      idempotencyKey,
      attempt: this.ledger.nextAttempt(idempotencyKey),
    };
    this.#sequence += 1;
    const answer = this.script(arrival);
    perform(answer, response, this.ledger.note(arrival, connection, answer));
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

/** `undefined` when the client gave up before its end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
