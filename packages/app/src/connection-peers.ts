import { lookup } from 'node:dns/promises';

import type { Peer } from '@netscope/api-server';
import type { Config } from '@netscope/config';
import type { Clock } from '@netscope/domain';
import type { Broker } from '@netscope/ingest-kafka';

/** Names are asked for again after this long. */
const KEPT_MS = 30_000;

interface NamedPeer {
  readonly role: Peer['role'];
  readonly name: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** What peers are known by. */
export interface ConnectionPeersOptions {
  readonly config: ConnectionPeersConfig;
  readonly clock: Clock;
  /** Brokers by the cluster's own word, now. */
  readonly brokers: () => readonly Broker[];
}

/**
 * Whom the configuration and the Kafka cluster name, by address, so that a socket can be told for
 * what it is. A name that cannot be resolved has no address.
 */
export class ConnectionPeers {
  readonly #named: readonly NamedPeer[];
  readonly #clock: Clock;
  readonly #brokers: () => readonly Broker[];
  #resolvedFor = '';
  #resolved: Promise<readonly Peer[]> | undefined;
  #resolvedMs = 0;

  constructor({ config, clock, brokers }: ConnectionPeersOptions) {
    this.#named = namedPeers(config);
    this.#clock = clock;
    this.#brokers = brokers;
  }

  /** Never rejects; kept for half a minute, or until the cluster tells other brokers. */
  resolve(): Promise<readonly Peer[]> {
    const nowMs = this.#clock.monotonicMs();
    const brokers = this.#brokers();
    const told = brokers.map(({ host, port }) => `${host}:${port}`).join();
    const isOld = this.#resolvedFor !== told || nowMs - this.#resolvedMs > KEPT_MS;
    if (this.#resolved === undefined || isOld) {
      this.#resolvedMs = nowMs;
      this.#resolvedFor = told;
      const named = [...this.#named, ...brokers.map(kafkaPeer)];
      this.#resolved = Promise.all(named.map(addressesOf)).then((found) => found.flat());
    }
    return this.#resolved;
  }
}

function namedPeers({ source, audit, upstreams }: ConnectionPeersConfig): readonly NamedPeer[] {
  const brokers = source.kind === 'kafka' ? source.kafka.brokers : [];
  return [
    ...brokers.map((broker): NamedPeer => {
      const colon = broker.lastIndexOf(':');
      const host = broker.slice(0, colon).replaceAll(/[[\]]/g, '');
      return kafkaPeer({ host, port: Number(broker.slice(colon + 1)) });
    }),
    ...(audit.store === 'directory' ? [] : [ofUrl('store', undefined, audit.rgw.endpoint)]),
    ...upstreams.map(({ name, origin }) => ofUrl('upstream', name, origin)),
  ].filter((peer) => peer !== undefined);
}

type ConnectionPeersConfig = Pick<Config, 'source' | 'audit' | 'upstreams'>;

function kafkaPeer({ host, port }: Broker): NamedPeer {
  return { role: 'kafka', name: undefined, host, port };
}

function ofUrl(role: Peer['role'], name: string | undefined, text: string): NamedPeer | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  const standard = protocol === 'https:' ? 443 : 80;
  return {
    role,
    name,
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? standard : Number(port),
  };
}

async function addressesOf({ role, name, host, port }: NamedPeer): Promise<readonly Peer[]> {
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.map(({ address }) => ({ role, name, address, port }));
  } catch {
    return [];
  }
}
