import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import process from 'node:process';

import type { Clock, ProbeCapabilities } from '@netscope/domain';

import { ConnectionTrace, type TraceParts } from './connection-trace.ts';
import { LocalAddresses } from './local-addresses.ts';
import { type NativeLibrary, readsSockets } from './native/native-library.ts';
import { OnLink } from './on-link.ts';
import { SocketReader } from './socket-reader.ts';

/** Published by the HTTP client just before it writes a request, in the call that started it. */
const SEND_HEADERS = 'undici:client:sendHeaders';

/** A request and the connection that it goes out on. */
export interface SentRequest {
  readonly socket: Socket;
  /** Undefined for a connection that this probe did not see opened. */
  readonly connection: ConnectionTrace | undefined;
  /** Bytes of the request's line and headers. */
  readonly headerBytes: number;
}

export interface NetworkProbeOptions {
  /** Whether to watch sockets for the kernel's receive stamps, where it has them. On by default. */
  readonly receiveStamps?: boolean;
}

export interface JoinTarget {
  joined(sent: SentRequest): void;
}

/**
 * Watches connections and joins each request to the one that carries it. One for a process; holds
 * one subscription, and one native thread for receive stamps, from `start` to `close`.
 */
export class NetworkProbe {
  /** Which local address the kernel would choose for a remote one. */
  readonly localAddresses: LocalAddresses;
  /** Why the kernel is not asked although there is a library; undefined where it is, or there is none. */
  readonly socketsMissing: string | undefined;
  /** Why there are no receive stamps; undefined where there are, or were not asked for. */
  stampsMissing: string | undefined;
  readonly #parts: TraceParts;
  readonly #wantsStamps: boolean;
  readonly #traces = new WeakMap<Socket, ConnectionTrace>();
  #connections = 0;
  #starting: JoinTarget | undefined;
  #isStarted = false;

  /** Without `native`, or where it knows no sockets, what only the kernel knows is absent. */
  constructor(clock: Clock, native?: NativeLibrary, options: NetworkProbeOptions = {}) {
    this.localAddresses = new LocalAddresses(clock);
    this.#wantsStamps = options.receiveStamps ?? true;
    const isMute = native !== undefined && !readsSockets(native);
    if (isMute) this.socketsMissing = `the native probe reads no sockets of ${process.platform}`;
    const reader = native === undefined || isMute ? undefined : new SocketReader(native);
    this.#parts = { clock, reader, onLink: new OnLink(clock) };
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    subscribe(SEND_HEADERS, this.#onSendHeaders);
    const { reader, clock } = this.#parts;
    if (this.#wantsStamps) this.stampsMissing = reader?.startWatching(clock);
  }

  close(): void {
    unsubscribe(SEND_HEADERS, this.#onSendHeaders);
    this.#parts.reader?.stopWatching();
    this.#isStarted = false;
  }

  /** What this probe can tell; the rest of an attempt's facts is absent. */
  capabilities(): ProbeCapabilities {
    const hasKernel = this.#parts.reader !== undefined;
    return {
      phases: true,
      addresses: true,
      tlsFacts: true,
      socketFacts: hasKernel,
      receiveStamps: this.#parts.reader?.watcher !== undefined,
      kernelTimeoutCheck: hasKernel,
      host: false,
    };
  }

  /** A connection is about to be made: call before the socket exists, then `follow` with it. */
  connecting(): ConnectionTrace {
    this.#connections += 1;
    return new ConnectionTrace(`c${this.#connections}`, this.#parts);
  }

  follow(socket: Socket, trace: ConnectionTrace): void {
    this.#traces.set(socket, trace);
    trace.follow(socket);
  }

  /** The client is about to write this request; `joined` is called before it does. */
  starting(target: JoinTarget): void {
    this.#starting = target;
  }

  readonly #onSendHeaders = (message: unknown): void => {
    const target = this.#starting;
    if (target === undefined) return;
    this.#starting = undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- undici's own message, by its documentation
    const { socket, headers } = message as { readonly socket: Socket; readonly headers: string };
    const connection = this.#traces.get(socket);
    if (connection !== undefined) connection.requests += 1;
    target.joined({ socket, connection, headerBytes: headers.length });
  };
}
