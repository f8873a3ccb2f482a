import { lookup } from 'node:dns/promises';

import type { Peer } from '@netscope/api-server';
import type { Config } from '@netscope/config';
import type { Clock } from '@netscope/domain';

/** Names are asked for again after this long. */
const KEPT_MS = 30_000;

interface NamedPeer {
  readonly role: Peer['role'];
  readonly name: string | undefined;
  readonly host: string;
  readonly port: number;
}

/**
 * Whom the configuration names, by address, so that a socket can be told for what it is. A name that
 * cannot be resolved has no address.
 */
export class ConnectionPeers {
  readonly #named: readonly NamedPeer[];
  readonly #clock: Clock;
  #resolved: Promise<readonly Peer[]> | undefined;
  #resolvedMs = 0;

  constructor(config: ConnectionPeersConfig, clock: Clock) {
    this.#named = namedPeers(config);
    this.#clock = clock;
  }

  /** Never rejects; kept for half a minute. */
  resolve(): Promise<readonly Peer[]> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#resolved === undefined || nowMs - this.#resolvedMs > KEPT_MS) {
      this.#resolvedMs = nowMs;
      this.#resolved = Promise.all(this.#named.map(addressesOf)).then((found) => found.flat());
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
      return { role: 'kafka', name: undefined, host, port: Number(broker.slice(colon + 1)) };
    }),
    ...(audit.store === 'directory' ? [] : [ofUrl('store', undefined, audit.rgw.endpoint)]),
    ...upstreams.map(({ name, origin }) => ofUrl('upstream', name, origin)),
  ].filter((peer) => peer !== undefined);
}

type ConnectionPeersConfig = Pick<Config, 'source' | 'audit' | 'upstreams'>;

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
