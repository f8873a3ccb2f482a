import { createServer, type Server } from 'node:http';

export interface TextAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An HTTP server on loopback that gives everybody the same answer. */
export class TextServer implements AsyncDisposable {
  /** Requests so far. */
  asked = 0;
  readonly #server: Server;
  #port = 0;

  private constructor({ status = 200, headers = {}, body = '' }: TextAnswer) {
    this.#server = createServer((_request, response) => {
      this.asked += 1;
      response.writeHead(status, headers).end(body);
    });
  }

  static async start(answer: TextAnswer): Promise<TextServer> {
    const made = new TextServer(answer);
    await new Promise<void>((resolve) => void made.#server.listen(0, '127.0.0.1', resolve));
    const address = made.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    made.#port = address.port;
    return made;
  }

  get origin(): string {
    return this.originAt('127.0.0.1');
  }

  originAt(host: string): string {
    return `http://${host}:${this.#port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
