import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import type { Clock } from '@netscope/domain';

/** Interfaces come and go with cables and containers, and asking for them costs many system calls. */
const REFRESH_MS = 30_000;

/** Which addresses this host reaches with no router in between: its own, and those of its links. */
export class OnLink {
  readonly #clock: Clock;
  #links = new BlockList();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** By the interfaces as they were at most half a minute ago. */
  has(address: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#readAtMs >= REFRESH_MS) {
      this.#links = readLinks();
      this.#readAtMs = nowMs;
    }
    return this.#links.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

function readLinks(): BlockList {
  const links = new BlockList();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, cidr, family } of addresses ?? []) {
      const prefix = Number(cidr?.split('/')[1]);
      const type = family === 'IPv6' ? 'ipv6' : 'ipv4';
      if (Number.isInteger(prefix)) links.addSubnet(address, prefix, type);
    }
  }
  return links;
}
