import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock, TlsFacts } from '@netscope/domain';

/**
 * One connection from its first lookup to its end: when each step was over (monotonic, ms), and
 * what it is. A step that did not happen stays undefined.
 */
export class ConnectionTrace {
  /** Unique within the process. */
  readonly id: string;
  readonly startedAtMs: number;
  resolvedAtMs: number | undefined;
  connectedAtMs: number | undefined;
  securedAtMs: number | undefined;
  /** Requests sent on it so far. */
  requests = 0;
  localAddress: string | undefined;
  /** The address meant, from the lookup on; the peer's own once connected. */
  remoteAddress: string | undefined;
  tls: TlsFacts | undefined;
  isOpen = false;
  readonly #clock: Clock;

  constructor(id: string, clock: Clock) {
    this.id = id;
    this.#clock = clock;
    this.startedAtMs = clock.monotonicMs();
  }

  /** When it could carry a request; undefined before. */
  get readyAtMs(): number | undefined {
    return this.isSecure ? this.securedAtMs : this.connectedAtMs;
  }

  isSecure = false;

  /** Follows a socket that is being connected. */
  follow(socket: Socket): void {
    this.isSecure = socket instanceof TLSSocket;
    // Ahead of the client's own listeners, which send the first request in the same event.
    socket.prependListener('lookup', this.#onLookup);
    socket.prependOnceListener('connect', () => this.#connected(socket));
    if (socket instanceof TLSSocket) {
      socket.prependOnceListener('secureConnect', () => this.#secured(socket));
    }
    socket.once('close', () => {
      this.isOpen = false;
    });
  }

  readonly #onLookup = (error: Error | null, address: string): void => {
    if (error !== null) return;
    // Several addresses are tried in turn; the name was resolved with the first.
    this.resolvedAtMs ??= this.#clock.monotonicMs();
    this.remoteAddress ??= address;
  };

  #connected(socket: Socket): void {
    this.connectedAtMs = this.#clock.monotonicMs();
    socket.removeListener('lookup', this.#onLookup);
    this.localAddress = socket.localAddress;
    this.remoteAddress = socket.remoteAddress;
    this.isOpen = true;
  }

  #secured(socket: TLSSocket): void {
    this.securedAtMs = this.#clock.monotonicMs();
    this.tls = tlsFacts(socket);
  }
}

function tlsFacts(socket: TLSSocket): TlsFacts {
  const version = socket.getProtocol();
  const expiresAtMs = socket.getPeerX509Certificate()?.validToDate.getTime();
  return {
    ...(version === null ? {} : { version }),
    cipher: socket.getCipher().name,
    ...(typeof socket.alpnProtocol === 'string' ? { alpn: socket.alpnProtocol } : {}),
    sessionReused: socket.isSessionReused(),
    ...(expiresAtMs === undefined ? {} : { certificateExpiresAtMs: expiresAtMs }),
  };
}
