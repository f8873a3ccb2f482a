import { isIP } from 'node:net';

import { ConfigError } from '@netscope/domain';

/** Networks that fastify knows by name. */
const NAMED_NETWORKS: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Whose `X-Forwarded-For` is believed, as fastify wants it. With nobody trusted the client is the
 * socket's peer, whatever headers say.
 * @throws {ConfigError} for what is no address and no network.
 */
export function trustProxyOf(trustedProxies: readonly string[]): string[] | false {
  const wrong = trustedProxies.filter((entry) => !isNetwork(entry));
  if (wrong.length > 0) {
    throw new ConfigError(
      wrong.map((entry) => ({
        path: 'http.trusted_proxies',
        where: 'http.trusted_proxies',
        found: `"${entry}" is no address and no network`,
        expected: 'an address or a network as 10.0.0.0/8',
      })),
    );
  }
  return trustedProxies.length === 0 ? false : [...trustedProxies];
}

function isNetwork(entry: string): boolean {
  if (NAMED_NETWORKS.has(entry)) return true;
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
