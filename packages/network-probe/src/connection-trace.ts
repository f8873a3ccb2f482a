import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock, TlsFacts } from '@netscope/domain';

import { AttemptLooks, ESTABLISHED } from './attempt-looks.ts';
import { JIFFY_MS, SLOT, type SocketLook } from './native/socket-slots.ts';
import type { OnLink } from './on-link.ts';
import { readError } from './read-error.ts';
import { descriptorOf, type Handle, handleOf } from './socket-handle.ts';
import { cookieOf, type SocketReader } from './socket-reader.ts';
import { lastBytesMs, type SocketWatch, withoutStamps } from './socket-watch.ts';
import { tlsFacts } from './tls-facts.ts';

/** What a trace is made with; without `reader` the kernel is not asked. */
export interface TraceParts {
  readonly clock: Clock;
  readonly reader: SocketReader | undefined;
  readonly onLink: OnLink;
}

const NO_SOCKET = -1;

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
  #handle: Handle | undefined;
  #cookie = 0;
  #watch: SocketWatch | undefined;
  #isArmed = false;
  /** Session tickets so far, and when the request began: they are bytes, and no answer. */
  #tickets = 0;
  #ticketsBefore = 0;
  #ticketsSeen = 0;
  readonly #looks = new AttemptLooks();
  /** Requests of HTTP/2 share their connection: whose bytes came cannot be told. */
  #isShared = false;
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
    this.#ticketsBefore = this.#tickets;
    const watch = this.#watchToArm();
    this.#isArmed = watch !== undefined;
    if (!this.#isAsSeen() || !this.#looks.isSettled) return this.#markAnew(reader, watch);
    watch?.armAgain();
    return this.#looks.lend();
  }

  /**
   * An interim answer (1xx) came, and the answer is still to come: its first byte is past all that
   * was received by now. Where it came along with this one its owner is not late, or has no stamp.
   */
  sawInterim(): void {
    const { reader } = this.#parts;
    if (!this.#isArmed || reader === undefined) return;
    this.#isArmed = this.#watch?.isEnded === false && this.#watch.arm(reader.latest);
  }

  /**
   * The socket as it is now, or as it was just before its handle went; undefined where the kernel
   * does not tell. Good until the next look at this connection.
   */
  look(): SocketLook | undefined {
    const { next } = this.#looks;
    if (this.#parts.reader === undefined) return undefined;
    if (this.#fd === NO_SOCKET || !this.#readHeld(next)) return this.#lastLook;
    this.#looks.seen();
    this.#ticketsSeen = this.#tickets;
    return next;
  }

  /** So long ago, monotonic ms: an age is of the look that told it, which may be later than all else. */
  beforeNowMs(ageMs: number): number {
    return this.#parts.clock.monotonicMs() - ageMs;
  }

  /** Gives a mark back. */
  unmark(mark: SocketLook): void {
    if (!this.#looks.giveBack(mark)) this.#parts.reader?.giveBack(mark);
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
    const { next } = this.#looks;
    if (fd === undefined || !reader.identify(fd, next)) return;
    this.#fd = fd;
    this.#handle = handleOf(socket);
    this.#cookie = cookieOf(next);
    this.id = `${this.#cookie}`;
    this.#noteHandshake(next);
    if (this.isSecure) return;
    this.#looks.keep();
    this.#watch = reader.watch(fd);
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
    this.#isShared = this.tls.alpn === 'h2';
    if (!this.#isShared && this.#fd !== NO_SOCKET) {
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
      const errno = this.#watch?.end() ?? 0;
      destroy(errno === 0 || !socket.readableEnded ? error : readError(errno), done);
    };
  }

  /**
   * False also where the descriptor is closed: while Node's handle has it open, no other socket can
   * have its number, and the cookie need not be asked for.
   */
  #readHeld(into: SocketLook): boolean {
    if (this.#handle?.fd !== this.#fd) return this.#lost();
    const watch = this.#watch;
    const isWatched = watch !== undefined && !watch.isEnded;
    const isRead = isWatched ? watch.lookHeld(into) : this.#parts.reader?.read(this.#fd, into);
    return isRead === true ? this.#withTheirStamps(into, isWatched) : this.#lost();
  }

  /** As `#readHeld`, by the socket's cookie, wherever its handle is on its way out. */
  #read(into: SocketLook): boolean {
    const watch = this.#watch;
    const isWatched = watch !== undefined && !watch.isEnded;
    const isRead = isWatched ? watch.look(into) : this.#identify(into);
    return isRead ? this.#withTheirStamps(into, isWatched) : this.#lost();
  }

  #lost(): false {
    this.#fd = NO_SOCKET;
    return false;
  }

  #withTheirStamps(into: SocketLook, isWatched: boolean): true {
    const isOfAnswer = this.#isArmed && this.#tickets === this.#ticketsBefore;
    if (isWatched && !isOfAnswer) withoutStamps(into);
    return true;
  }

  #identify(into: SocketLook): boolean {
    return this.#parts.reader?.identify(this.#fd, into) === true && cookieOf(into) === this.#cookie;
  }

  /** Whether it still is this socket is asked by the look at the end, which covers this one. */
  #markAnew(reader: SocketReader, watch: SocketWatch | undefined): SocketLook | undefined {
    const look = this.#looks.lend() ?? reader.borrow();
    if (watch === undefined ? reader.read(this.#fd, look) : watch.arm(look)) return look;
    this.unmark(look);
    return undefined;
  }

  /** Tickets of TLS 1.3 follow the handshake: they may be what comes first, before any answer. */
  #watchToArm(): SocketWatch | undefined {
    const mayHaveTickets = this.requests <= 1 && this.tls?.version === 'TLSv1.3';
    return mayHaveTickets || this.#watch?.isEnded === true ? undefined : this.#watch;
  }

  /** Nothing but answers came since the look before, and nothing but requests went out. */
  #isAsSeen(): boolean {
    return !this.#isShared && this.#tickets === this.#ticketsSeen;
  }
}
