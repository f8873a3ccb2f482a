import type { HistoryQuestion, HostObserver, SocketSample } from '@netscope/domain';

import {
  CONNECTION_ROLES,
  type Connection,
  type ConnectionRole,
  type Connections,
  type Host,
  type HostHistory,
} from '../contract.ts';
import { historyDto, hostDto } from '../dto/host-dto.ts';
import { RequestError } from '../dto/request-error.ts';
import { requireKnown } from '../extractors/query.ts';

/** Connections that one answer names. */
const CONNECTIONS_MAX = 500;

/** Somebody this process talks to. */
export interface Peer {
  readonly role: 'kafka' | 'store' | 'upstream';
  /** Of the upstream. */
  readonly name: string | undefined;
  readonly address: string;
  readonly port: number;
}

interface HostServiceOptions {
  readonly host: HostObserver;
  readonly peers: () => Promise<readonly Peer[]>;
}

/** The host and this process: now, over time, and connection by connection. */
export class HostService {
  readonly #options: HostServiceOptions;
  #ownPorts: readonly number[] = [];

  constructor(options: HostServiceOptions) {
    this.#options = options;
  }

  /** Our own ports, which tell the connections of the API. */
  listensOn(ports: readonly number[]): void {
    this.#ownPorts = ports;
  }

  now(): Host {
    const { host } = this.#options;
    return hostDto(host.latest(), host.origin());
  }

  /** As `now`, with another process. @throws {RequestError} `NOT_FOUND` where there is none. */
  async nowWithProcess(pid: number): Promise<Host> {
    const process = await this.#options.host.process(pid);
    if (process === undefined) {
      throw new RequestError('NOT_FOUND', 'no such process can be seen here', { pid });
    }
    const told = this.now();
    return { ...told, capabilities: { ...told.capabilities, process: true }, process };
  }

  /**
   * @throws {RequestError} `INVALID_QUERY_PARAM` naming the metrics that there are, or
   * `DEPENDENCY_UNAVAILABLE` where there is no history.
   */
  async history(question: HistoryQuestion): Promise<HostHistory> {
    const answer = await this.#options.host.history(question);
    if (answer.kind === 'unknown_metric') {
      requireKnown('metric', question.metric, answer.metrics);
    }
    if (answer.kind !== 'series') {
      const reason = answer.kind === 'unavailable' ? answer.reason : 'it has no such metric';
      throw new RequestError('DEPENDENCY_UNAVAILABLE', 'there is no history of the host', {
        reason,
      });
    }
    return historyDto(question, answer);
  }

  async connections(): Promise<Connections> {
    const [sockets, peers] = await Promise.all([
      this.#options.host.sockets(),
      this.#options.peers(),
    ]);
    const connections = (sockets ?? [])
      .map((socket) => this.#connectionOf(socket, peers))
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    const count = (role: ConnectionRole): number =>
      connections.filter((connection) => connection.role === role).length;
    return {
      available: sockets !== undefined,
      ...(sockets === undefined ? { reason: this.#whyNoSockets() } : {}),
      total: connections.length,
      by_role: {
        kafka: count('kafka'),
        store: count('store'),
        upstream: count('upstream'),
        api: count('api'),
        other: count('other'),
      },
      connections: connections.slice(0, CONNECTIONS_MAX),
    };
  }

  #connectionOf(socket: SocketSample, peers: readonly Peer[]): Connection {
    if (this.#ownPorts.includes(socket.local_port)) return { role: 'api', ...socket };
    const peer = peers.find(
      ({ address, port }) => socket.remote_port === port && socket.remote_address === address,
    );
    if (peer === undefined) return { role: 'other', ...socket };
    const { role, name } = peer;
    return { role, ...(name === undefined ? {} : { name }), ...socket };
  }

  #whyNoSockets(): string {
    return this.#options.host.origin().reason ?? 'the kernel does not tell sockets here';
  }
}

function sortKey(connection: Connection): string {
  const role = CONNECTION_ROLES.indexOf(connection.role);
  return `${role} ${connection.name ?? ''} ${connection.remote_address} ${connection.local_port}`;
}
