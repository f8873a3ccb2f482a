import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock, TlsFacts } from '@netscope/domain';

import { JIFFY_MS, SLOT, type SocketLook } from './native/socket-slots.ts';
import type { OnLink } from './on-link.ts';
import { cookieOf, type SocketReader } from './socket-reader.ts';
import { lastBytesMs, type SocketWatch, withoutStamps } from './socket-watch.ts';

/** What a trace is made with; without `reader` the kernel is not asked. */
export interface TraceParts {
  readonly clock: Clock;
  readonly reader: SocketReader | undefined;
  readonly onLink: OnLink;
}

const NO_SOCKET = -1;
/** The kernel's TCP_ESTABLISHED. */
const ESTABLISHED = 1;

/**
 * One connection from its first lookup to its end: when each step was over (monotonic, ms), and
 * what it is. A step that did not happen stays undefined.
 */
export class ConnectionTrace {
  /** Unique within the process: the kernel's own number of the socket once it is known. */
  id: string;
  readonly startedAtMs: number;
  resolvedAtMs: number | undefined;
  connectedAtMs: number | undefined;
  securedAtMs: number | undefined;
  isPoolTimed = false;
  /** How long a job of the thread pool waited that was queued just before the lookup. */
  poolWaitMs: number | undefined;
  /** Requests sent on it so far. */
  requests = 0;
  localAddress: string | undefined;
  /** The address meant, from the lookup on; the peer's own once connected. */
  remoteAddress: string | undefined;
  /** No router lies between. */
  isOnLink = false;
  tls: TlsFacts | undefined;
  isOpen = false;
  /** Microseconds: the round trip of the TCP handshake, which no acknowledgement delayed. */
  connectRttUs: number | undefined;
  /** SYN segments sent again. */
  connectRetransmits = 0;
  /** How long the last bytes of the TLS handshake lay unread, ms. */
  securedLateMs = 0;
  readonly #parts: TraceParts;
  #fd = NO_SOCKET;
  #cookie = 0;
  #watch: SocketWatch | undefined;
  #isArmed = false;
  /** Session tickets so far, and when the request began: they are bytes, and no answer. */
  #tickets = 0;
  #ticketsBefore = 0;
  #lastLook: SocketLook | undefined;

  constructor(id: string, parts: TraceParts) {
    this.id = id;
    this.#parts = parts;
    this.startedAtMs = parts.clock.monotonicMs();
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
      socket.on('session', () => {
        this.#tickets += 1;
      });
    }
    socket.once('close', () => {
      this.isOpen = false;
      this.#watch?.end();
    });
    this.#lookBeforeItGoes(socket);
  }

  /** Queues a job of nothing in the thread pool, ahead of the lookup that waits there too. */
  timePool(): void {
    this.isPoolTimed = true;
    randomBytes(1, () => {
      this.poolWaitMs = this.#parts.clock.monotonicMs() - this.startedAtMs;
    });
  }

  /** The socket as it is now, for a later `look`; undefined where the kernel does not tell. */
  mark(): SocketLook | undefined {
    const { reader } = this.#parts;
    if (reader === undefined || this.#fd === NO_SOCKET) return undefined;
    const look = reader.borrow();
    this.#ticketsBefore = this.#tickets;
    const watch = this.#watch;
    this.#isArmed = watch !== undefined && !watch.isEnded && !this.#mayHaveTickets();
    // Whether it still is this socket is asked by the look at the end, which covers this one.
    const isRead = this.#isArmed ? watch?.arm(look) : reader.read(this.#fd, look);
    if (isRead === true) return look;
    reader.giveBack(look);
    return undefined;
  }

  /**
   * The socket as it is now, or as it was just before its handle went; undefined where the kernel
   * does not tell. Good until the next look at any connection.
   */
  look(): SocketLook | undefined {
    const { reader } = this.#parts;
    if (reader === undefined) return undefined;
    return this.#fd !== NO_SOCKET && this.#read(reader.latest) ? reader.latest : this.#lastLook;
  }

  /** So long ago, monotonic ms: an age is of the look that told it, which may be later than all else. */
  beforeNowMs(ageMs: number): number {
    return this.#parts.clock.monotonicMs() - ageMs;
  }

  /** Gives a mark back. */
  unmark(mark: SocketLook): void {
    this.#parts.reader?.giveBack(mark);
  }

  /** Bytes came by `dueMs` and lie unread: who waited for them did so because our loop is late. */
  hasUnreadSince(dueMs: number): boolean {
    const { reader, clock } = this.#parts;
    if (reader === undefined || this.#fd === NO_SOCKET) return false;
    if (reader.unreadBytes(this.#fd) === 0 || !this.#read(reader.latest)) return false;
    const lastMs = lastBytesMs(reader.latest);
    if (lastMs !== undefined) return lastMs <= dueMs;
    // The age is counted in jiffies and may be one too long.
    const ageMs = (reader.latest[SLOT.lastDataReceivedMs] ?? 0) - JIFFY_MS;
    return clock.monotonicMs() - ageMs <= dueMs;
  }

  /** Connecting was due at `dueMs`; the kernel got further than we came to hear of. */
  isHeldUpByUs(socket: Socket, dueMs: number): boolean {
    const { reader, clock } = this.#parts;
    if (this.connectedAtMs !== undefined) return this.hasUnreadSince(dueMs);
    const fd = descriptorOf(socket);
    const isLate = clock.monotonicMs() - dueMs > JIFFY_MS;
    if (!isLate || reader === undefined || fd === undefined) return false;
    const look = reader.latest;
    if (!reader.read(fd, look) || look[SLOT.state] !== ESTABLISHED) return false;
    this.#noteHandshake(look);
    return true;
  }

  readonly #onLookup = (error: Error | null, address: string): void => {
    if (error !== null) return;
    // Several addresses are tried in turn; the name was resolved with the first.
    this.resolvedAtMs ??= this.#parts.clock.monotonicMs();
    this.remoteAddress ??= address;
  };

  #connected(socket: Socket): void {
    this.connectedAtMs = this.#parts.clock.monotonicMs();
    socket.removeListener('lookup', this.#onLookup);
    this.localAddress = socket.localAddress;
    this.remoteAddress = socket.remoteAddress;
    this.isOpen = true;
    const { reader } = this.#parts;
    if (reader === undefined) return;
    const fd = descriptorOf(socket);
    const look = reader.latest;
    if (fd === undefined || !reader.identify(fd, look)) return;
    this.#fd = fd;
    this.#cookie = cookieOf(look);
    this.id = `${this.#cookie}`;
    this.#noteHandshake(look);
    if (!this.isSecure) this.#watch = reader.watch(fd);
  }

  #noteHandshake(look: SocketLook): void {
    const { remoteAddress } = this;
    this.isOnLink = remoteAddress !== undefined && this.#parts.onLink.has(remoteAddress);
    this.connectRttUs = look[SLOT.rttUs];
    this.connectRetransmits = look[SLOT.retransmits] ?? 0;
  }

  #secured(socket: TLSSocket): void {
    this.securedAtMs = this.#parts.clock.monotonicMs();
    this.tls = tlsFacts(socket);
    // Requests of HTTP/2 share their connection: whose bytes came cannot be told.
    if (this.tls.alpn !== 'h2' && this.#fd !== NO_SOCKET) {
      this.#watch = this.#parts.reader?.watch(this.#fd);
    }
    this.securedLateMs = this.look()?.[SLOT.lastDataReceivedMs] ?? 0;
  }

  /** On an error the handle is gone by every event, and with it what the kernel knew. */
  #lookBeforeItGoes(socket: Socket): void {
    const { reader } = this.#parts;
    if (reader === undefined) return;
    /* oxlint-disable no-underscore-dangle -- Node's own step between the error and the handle's end */
    const destroy = socket._destroy.bind(socket);
    socket._destroy = (error, done) => {
      /* oxlint-enable no-underscore-dangle */
      const look = new Float64Array(reader.latest.length);
      if (this.#fd !== NO_SOCKET && this.#read(look)) this.#lastLook = look;
      this.#fd = NO_SOCKET;
      this.#watch?.end();
      destroy(error, done);
    };
  }

  /** False also where the descriptor has become another socket's. */
  #read(into: SocketLook): boolean {
    const watch = this.#watch;
    const isWatched = watch !== undefined && !watch.isEnded;
    if (!(isWatched ? watch.look(into) : this.#identify(into))) {
      this.#fd = NO_SOCKET;
      return false;
    }
    const isOfAnswer = this.#isArmed && this.#tickets === this.#ticketsBefore;
    if (isWatched && !isOfAnswer) withoutStamps(into);
    return true;
  }

  #identify(into: SocketLook): boolean {
    return this.#parts.reader?.identify(this.#fd, into) === true && cookieOf(into) === this.#cookie;
  }

  /** Tickets of TLS 1.3 follow the handshake: they may be what comes first, before any answer. */
  #mayHaveTickets(): boolean {
    return this.requests <= 1 && this.tls?.version === 'TLSv1.3';
  }
}

function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as Socket & {
    readonly _handle?: { readonly fd?: unknown } | null;
  };
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
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
