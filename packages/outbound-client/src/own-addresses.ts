import type { Attempt, UpstreamDefinition } from '@netscope/domain';
import type { LocalAddresses } from '@netscope/network-probe';

import { isPublicAddress } from './address-guard.ts';
import type { ExternalAddress } from './external-address.ts';

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
  /** Configured, or as it was last answered. */
  #told: string | undefined;
  readonly #isAsked: boolean;
  readonly #localAddresses: LocalAddresses;
  #last: AddressPair = NOTHING_KNOWN;

  constructor(
    network: UpstreamDefinition['network'],
    localAddresses: LocalAddresses,
    asked: ExternalAddress | undefined,
  ) {
    this.#told = network.externalIp === 'auto' ? undefined : network.externalIp;
    this.#isAsked = asked !== undefined;
    this.#localAddresses = localAddresses;
    localAddresses.prepareOutward();
    this.#last = { ...NOTHING_KNOWN, externalIp: this.#told };
    asked?.onChange((address) => {
      this.#told = address;
      this.#last = { ...this.#last, externalIp: address };
    });
  }

  /** Of a call's last attempt; where it had no socket, what the kernel would have chosen. */
  of(attempt: Attempt | undefined): AddressPair {
    const remoteAddress = attempt?.remoteAddress;
    if (attempt === undefined || remoteAddress === undefined) return this.#withoutRemote();
    const internalIp = attempt.localAddress ?? this.#localAddresses.get(remoteAddress);
    if (internalIp !== this.#last.internalIp || remoteAddress !== this.#last.remoteAddress) {
      this.#last = { internalIp, externalIp: this.#externalOf(internalIp), remoteAddress };
    }
    return this.#last;
  }

  /** The last pair; before there was one, what the kernel would choose for an address out there. */
  #withoutRemote(): AddressPair {
    if (this.#last.internalIp !== undefined) return { ...this.#last, remoteAddress: undefined };
    this.#localAddresses.prepareOutward();
    const internalIp = this.#localAddresses.getOutward();
    return { internalIp, externalIp: this.#externalOf(internalIp), remoteAddress: undefined };
  }

  #externalOf(internalIp: string | undefined): string | undefined {
    if (this.#told !== undefined || this.#isAsked) return this.#told;
    return internalIp !== undefined && isPublicAddress(internalIp) ? internalIp : undefined;
  }
}
