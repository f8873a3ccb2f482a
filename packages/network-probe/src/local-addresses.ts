import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';

import type { Clock } from '@netscope/domain';

/** Any port does: connecting a datagram socket sends nothing. */
const DISCARD_PORT = 9;
const REMOTES_MAX = 1024;
/** Routes and addresses change, seldom. */
const KEPT_MS = 300_000;
/** A root name server's: on no link of ours, and so reached by the default route. */
const OUTSIDE = ['198.41.0.4', '2001:503:ba3e::2:30'] as const;

interface Known {
  readonly local: string | undefined;
  readonly askedAtMs: number;
}

/**
 * The local address that the kernel would choose for a remote one, for calls that never had a
 * socket. Asked ahead, kept per remote address for five minutes, never waited for.
 */
export class LocalAddresses {
  readonly #clock: Pick<Clock, 'monotonicMs'> | undefined;
  readonly #knownByRemote = new Map<string, Known>();

  /** Without a clock the kernel is asked once for each remote address. */
  constructor(clock?: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Undefined until the kernel was asked, and where it has no route. */
  get(remoteAddress: string): string | undefined {
    return this.#knownByRemote.get(remoteAddress)?.local;
  }

  /** For a remote one that is not known: by the default route, where there is one. */
  getOutward(): string | undefined {
    const [ipv4, ipv6] = OUTSIDE;
    return this.get(ipv4) ?? this.get(ipv6);
  }

  /** Asks the kernel, once in five minutes for each remote address. */
  prepare(remoteAddress: string): void {
    const family = isIP(remoteAddress);
    if (family === 0) return;
    const nowMs = this.#clock?.monotonicMs() ?? 0;
    const known = this.#knownByRemote.get(remoteAddress);
    if (known !== undefined && nowMs - known.askedAtMs < KEPT_MS) return;
    if (this.#knownByRemote.size >= REMOTES_MAX) this.#knownByRemote.clear();
    const keep = (local: string | undefined): void => {
      this.#knownByRemote.set(remoteAddress, { local, askedAtMs: nowMs });
    };
    keep(known?.local);
    ask(remoteAddress, family, keep);
  }

  /** As `prepare`, for `getOutward`. */
  prepareOutward(): void {
    for (const address of OUTSIDE) this.prepare(address);
  }
}

function ask(
  remoteAddress: string,
  family: number,
  onAnswer: (local: string | undefined) => void,
): void {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  socket.once('error', () => {
    onAnswer(undefined);
    socket.close();
  });
  socket.once('connect', () => {
    onAnswer(socket.address().address);
    socket.close();
  });
  socket.connect(DISCARD_PORT, remoteAddress);
  socket.unref();
}
