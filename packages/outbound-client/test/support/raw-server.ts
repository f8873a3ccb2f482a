import { createServer, type Server, type Socket } from 'node:net';

/** A TCP server on loopback that does to each connection what it is told. */
export class RawServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly port: number;
  readonly origin: string;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
  }

  /** Connections taken and still open. */
  get open(): number {
    return this.#sockets.size;
  }

  static async start(onConnection: (socket: Socket) => void): Promise<RawServer> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const raw = new RawServer(server, address.port);
    server.on('connection', onConnection);
    return raw;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await RawServer.start(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.port;
}
