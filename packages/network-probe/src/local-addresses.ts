import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';

/** Any port does: connecting a datagram socket sends nothing. */
const DISCARD_PORT = 9;
const REMOTES_MAX = 1024;

/**
 * The local address that the kernel would choose for a remote one, for calls that never had a
 * socket. Asked ahead, kept per remote address, never waited for.
 */
export class LocalAddresses {
  readonly #localByRemote = new Map<string, string | undefined>();

  /** Undefined until the kernel was asked, and where it has no route. */
  get(remoteAddress: string): string | undefined {
    return this.#localByRemote.get(remoteAddress);
  }

  /** Asks the kernel, once for each remote address. */
  prepare(remoteAddress: string): void {
    const family = isIP(remoteAddress);
    if (family === 0 || this.#localByRemote.has(remoteAddress)) return;
    if (this.#localByRemote.size >= REMOTES_MAX) this.#localByRemote.clear();
    this.#localByRemote.set(remoteAddress, undefined);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const forget = (): void => void socket.close();
    socket.once('error', forget);
    socket.once('connect', () => {
      this.#localByRemote.set(remoteAddress, socket.address().address);
      forget();
    });
    socket.connect(DISCARD_PORT, remoteAddress);
    socket.unref();
  }
}
