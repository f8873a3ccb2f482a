import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What becomes of one request, so long after it was read. */
export type Reply =
  | { readonly kind: 'respond'; readonly status: number; readonly afterMs: number }
  /** TCP reset, before any byte of an answer. */
  | { readonly kind: 'reset'; readonly afterMs: number }
  /** Half of what it promises, and the end of the connection. */
  | { readonly kind: 'half'; readonly afterMs: number }
  /** No answer; the connection stays open until its client closes it. */
  | { readonly kind: 'silence' };

/**
 * An HTTP server on loopback that counts what it works at: a request from when it is read until its
 * answer is written, or its client has closed the connection.
 */
export class CountingServer implements AsyncDisposable {
  /** The most requests that were open at once. */
  most = 0;
  origin = '';
  readonly #server: Server;
  readonly #replyTo: () => Reply;
  readonly #open = new Set<IncomingMessage>();
  /** Whose clients closed their connections. */
  readonly #left = new WeakSet<IncomingMessage>();

  private constructor(replyTo: () => Reply) {
    this.#replyTo = replyTo;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(replyTo: () => Reply): Promise<CountingServer> {
    const counting = new CountingServer(replyTo);
    const server = counting.#server;
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    counting.origin = `http://127.0.0.1:${address.port}`;
    return counting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.add(request);
    for (const event of ['end', 'error', 'close']) {
      request.socket.once(event, () => this.#leave(request));
    }
    request.resume();
    const reply = this.#replyTo();
    if (reply.kind !== 'silence') setTimeout(() => this.#answer(reply, response), reply.afterMs);
    const atOnce = [...this.#open];
    // The end of a connection that was closed before this request was sent may be read after it, in
    // this turn of the event loop or the next: what it carried was not open any more.
    await nextTurn();
    await nextTurn();
    const most = atOnce.filter((one) => !this.#left.has(one)).length;
    this.most = Math.max(this.most, most);
  }

  #leave(request: IncomingMessage): void {
    if (this.#open.delete(request)) this.#left.add(request);
  }

  #answer(reply: Exclude<Reply, { readonly kind: 'silence' }>, response: ServerResponse): void {
    if (!this.#open.delete(response.req)) return;
    if (reply.kind === 'respond') response.writeHead(reply.status).end('done');
    else if (reply.kind === 'reset') response.socket?.resetAndDestroy();
    else response.writeHead(200, { 'content-length': 8 }).write('half', () => response.destroy());
  }
}
