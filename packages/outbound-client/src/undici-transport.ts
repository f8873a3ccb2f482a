import type { Socket } from 'node:net';
import { isIP } from 'node:net';

import type { Clock, KeyedHash, Timers, UpstreamDefinition } from '@netscope/domain';
import type { ConnectionTrace, NetworkProbe } from '@netscope/network-probe';
import { buildConnector, Pool } from 'undici';

import { AddressGuard } from './address-guard.ts';
import { BodyDigests } from './body-digests.ts';
import type { CallState } from './call-state.ts';
import { ConnectFailure } from './connect-failure.ts';
import { DueList } from './due-list.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import type { AttemptListener, Transport } from './transport.ts';

export interface UndiciTransportParts {
  readonly definition: UpstreamDefinition;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly probe: NetworkProbe;
  readonly throttleCapMs: number;
  /** Digests bodies; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
}

type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket;

/** One upstream's pool of connections, and the only file that knows undici. */
export class UndiciTransport implements Transport {
  readonly #parts: UndiciTransportParts;
  readonly #exchangeParts: ExchangeParts;
  readonly #due: DueList;
  readonly #guard: AddressGuard;
  readonly #connect: Connect;
  readonly #pool: Pool;
  /** The request whose dispatch runs now: a connection begun meanwhile is begun for it. */
  #dispatching: Exchange | undefined;

  constructor(parts: UndiciTransportParts) {
    const { definition, clock, timers, probe, throttleCapMs } = parts;
    this.#parts = parts;
    this.#due = new DueList(clock, timers);
    this.#exchangeParts = {
      upstream: definition.name,
      clock,
      due: this.#due,
      digests: new BodyDigests(parts.keyedHash),
      probe,
      readMs: definition.timeouts.readMs,
      throttleCapMs,
      path: definition.network.path,
    };
    this.#guard = new AddressGuard(definition.network);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it returns the socket, which its types leave out
    this.#connect = buildConnector(connectorOptions(definition)) as Connect;
    this.#pool = new Pool(definition.origin, {
      connections: definition.connections.max,
      keepAliveTimeout: definition.connections.keepAliveMs,
      keepAliveMaxTimeout: definition.connections.keepAliveMs,
      allowH2: definition.connections.http2,
      // Our own timers tell the timeouts apart; undici's would only race with them.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => this.#open(options, callback),
    });
  }

  send(call: CallState, listener: AttemptListener): void {
    const { request } = call;
    const exchange = new Exchange(call, listener, this.#exchangeParts);
    this.#dispatching = exchange;
    this.#pool.dispatch(
      {
        path: request.target,
        method: request.method,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read only; the type asks for more
        headers: request.headers as string[],
        body: request.body ?? null,
      },
      exchange,
    );
    this.#dispatching = undefined;
  }

  connections(): { readonly open: number; readonly busy: number } {
    const { connected, running } = this.#pool.stats;
    return { open: connected, busy: running };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
    this.#due.close();
  }

  #open(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const { probe, clock } = this.#parts;
    const trace = probe.connecting();
    this.#dispatching?.opening(trace);
    const literal = literalAddress(options.hostname);
    if (literal !== undefined) {
      trace.remoteAddress = literal;
      probe.localAddresses.prepare(literal);
      if (!this.#guard.permits(literal)) {
        callback(
          new ConnectFailure('blocked', { trace, atMs: clock.monotonicMs() }, undefined),
          null,
        );
        return;
      }
    } else trace.timePool();
    this.#watch(trace, (settle) => this.#connect(options, settle), callback);
  }

  /** Follows one connection: its steps, its timeout, and the addresses it may lead to. */
  #watch(
    trace: ConnectionTrace,
    connect: (settle: buildConnector.Callback) => Socket,
    callback: buildConnector.Callback,
  ): void {
    const { probe, clock, timers, definition } = this.#parts;
    const { connectMs } = definition.timeouts;
    const socket = connect((error, connected) => {
      timers.clear(timer);
      if (error !== null) {
        callback(asConnectFailure(error, trace, clock), null);
        return;
      }
      callback(null, connected);
    });
    const timer = timers.set(() => {
      const where = { trace, atMs: trace.startedAtMs + connectMs };
      const why = trace.isHeldUpByUs(socket, where.atMs) ? 'late' : 'timeout';
      socket.destroy(new ConnectFailure(why, where, undefined));
    }, connectMs);
    probe.follow(socket, trace);
    const check = (address: string | undefined): void => {
      if (address !== undefined && this.#guard.permits(address)) return;
      const where = { trace, atMs: clock.monotonicMs() };
      socket.destroy(new ConnectFailure('blocked', where, undefined));
    };
    socket.prependListener('lookup', (error, address) => {
      if (error !== null) return;
      probe.localAddresses.prepare(address);
      check(address);
    });
    socket.prependOnceListener('connect', () => check(socket.remoteAddress));
  }
}

function connectorOptions(definition: UpstreamDefinition): buildConnector.BuildOptions {
  const { ca, cert, key, serverName, minVersion } = definition.tls;
  return {
    allowH2: definition.connections.http2,
    timeout: 0,
    autoSelectFamilyAttemptTimeout: addressTimeoutMs(definition.timeouts.connectMs),
    minVersion,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/**
 * How long one address of several is tried before the next is: half of `connect_ms`, or the 250 ms
 * that Node takes would leave no time for the next. Node takes 10 at least.
 */
function addressTimeoutMs(connectMs: number): number {
  return Math.max(10, Math.floor(connectMs / 2));
}

function literalAddress(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

function asConnectFailure(error: Error, trace: ConnectionTrace, clock: Clock): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  return new ConnectFailure('error', { trace, atMs: clock.monotonicMs() }, error);
}
