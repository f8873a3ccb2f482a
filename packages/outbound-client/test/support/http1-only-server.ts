import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';

import type { DefinitionChange } from './rig.ts';

const [cert = '', key = ''] = ['test-cert.pem', 'test-key.pem'].map((name) =>
  readFileSync(new URL(name, import.meta.url), 'utf8'),
);

/** An upstream over TLS on loopback that turns HTTP/2 down. */
export class Http1OnlyServer implements AsyncDisposable {
  /** Whom to trust. */
  readonly ca = cert;
  /** Requests so far. */
  asked = 0;
  readonly #server: Server;
  #port = 0;

  private constructor(answer: (response: ServerResponse, sequence: number) => void) {
    this.#server = createServer({ cert, key }, (request: IncomingMessage, response) => {
      const sequence = this.asked;
      this.asked += 1;
      request.resume().once('end', () => answer(response, sequence));
    });
  }

  /** `answer` gets each request's response, and how many came before it. */
  static async start(
    answer: (response: ServerResponse, sequence: number) => void,
  ): Promise<Http1OnlyServer> {
    const made = new Http1OnlyServer(answer);
    await new Promise<void>((resolve) => void made.#server.listen(0, '127.0.0.1', resolve));
    const address = made.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    made.#port = address.port;
    return made;
  }

  /** One connection, and leave to speak HTTP/2 on it, which would carry many calls. */
  get definition(): DefinitionChange {
    return {
      origin: `https://127.0.0.1:${this.#port}`,
      tls: { ca: this.ca },
      connections: { max: 1, http2: true },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
