import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** In front of RGW: answers with an error, or passes on and loses the answer. */
export class FailingFront implements AsyncDisposable {
  /** Answered instead of passing anything on. */
  status: number | undefined;
  /** Passes puts on, and hangs up instead of answering them. */
  isDeaf = false;
  /** Added to the time that answers tell, ms. */
  aheadMs = 0;
  readonly puts: { readonly path: string; readonly md5: string }[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(endpoint: string): Promise<FailingFront> {
    const server = createServer();
    const front = new FailingFront(server);
    server.on('request', (near, answer) => {
      const { method, headers, url: path = '/' } = near;
      if (method === 'PUT' && path.includes('/audit/')) {
        front.puts.push({ path, md5: String(headers['content-md5']) });
      }
      if (front.status !== undefined) {
        near.resume();
        answer.writeHead(front.status).end();
        return;
      }
      const far = request(new URL(path, endpoint), { method, headers }, (back) => {
        back.on('error', () => answer.destroy());
        if (front.isDeaf && method === 'PUT') {
          back.resume();
          back.on('end', () => answer.destroy());
          return;
        }
        const { date = '' } = back.headers;
        const told = new Date(Date.parse(date) + front.aheadMs).toUTCString();
        answer.writeHead(back.statusCode ?? 502, { ...back.headers, date: told });
        back.pipe(answer);
      });
      far.on('error', () => answer.destroy());
      near.pipe(far);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return front;
  }

  get endpoint(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
