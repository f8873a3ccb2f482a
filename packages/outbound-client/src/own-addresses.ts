import type { Attempt, UpstreamDefinition } from '@netscope/domain';
import type { LocalAddresses } from '@netscope/network-probe';

import { isPublicAddress } from './address-guard.ts';

/** Both sides of our own address, as far as they are known (invariant I5). */
export interface AddressPair {
  readonly internalIp: string | undefined;
  readonly externalIp: string | undefined;
  readonly remoteAddress: string | undefined;
}

const NOTHING_KNOWN: AddressPair = {
  internalIp: undefined,
  externalIp: undefined,
  remoteAddress: undefined,
};

/** Which addresses calls to one upstream use. The last pair is kept: it hardly ever changes. */
export class OwnAddresses {
  readonly #configured: string | undefined;
  readonly #localAddresses: LocalAddresses;
  #last: AddressPair = NOTHING_KNOWN;

  constructor(network: UpstreamDefinition['network'], localAddresses: LocalAddresses) {
    this.#configured = network.externalIp === 'auto' ? undefined : network.externalIp;
    this.#localAddresses = localAddresses;
    this.#last = { ...NOTHING_KNOWN, externalIp: this.#configured };
  }

  /** Of a call's last attempt; where it had no socket, what the kernel would have chosen. */
  of(attempt: Attempt | undefined): AddressPair {
    const remoteAddress = attempt?.remoteAddress;
    if (attempt === undefined || remoteAddress === undefined) {
      return { ...this.#last, remoteAddress: undefined };
    }
    const internalIp = attempt.localAddress ?? this.#localAddresses.get(remoteAddress);
    if (internalIp !== this.#last.internalIp || remoteAddress !== this.#last.remoteAddress) {
      this.#last = { internalIp, externalIp: this.#externalOf(internalIp), remoteAddress };
    }
    return this.#last;
  }

  #externalOf(internalIp: string | undefined): string | undefined {
    if (this.#configured !== undefined) return this.#configured;
    return internalIp !== undefined && isPublicAddress(internalIp) ? internalIp : undefined;
  }
}
