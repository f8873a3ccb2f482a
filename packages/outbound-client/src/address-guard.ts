import ipaddr from 'ipaddr.js';

export interface AddressPolicy {
  readonly addresses: 'any' | 'public';
  /** Addresses or ranges in CIDR form that are let through whatever they are. */
  readonly allow: readonly string[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where clouds keep their instances' credentials; link-local, or made to look like it. */
const METADATA_RANGES = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200/32'];

/** Which addresses an upstream may be reached at; decides on addresses only, never on names. */
export class AddressGuard {
  readonly #isPublicOnly: boolean;
  readonly #allowed: readonly [Address, number][];

  constructor(policy: AddressPolicy) {
    this.#isPublicOnly = policy.addresses === 'public';
    this.#allowed = policy.allow.map(parseRange).filter((range) => range !== undefined);
  }

  /** False for anything that is not an address at all. */
  permits(text: string): boolean {
    const address = parseAddress(text);
    if (address === undefined) return false;
    if (isWithin(address, this.#allowed)) return true;
    if (isWithin(address, METADATA)) return false;
    return !this.#isPublicOnly || address.range() === 'unicast';
  }
}

/** Whether an address is one that the outside can see. */
export function isPublicAddress(text: string): boolean {
  return parseAddress(text)?.range() === 'unicast';
}

const METADATA: readonly [Address, number][] = METADATA_RANGES.map((range) =>
  ipaddr.parseCIDR(range),
);

/** An IPv4 address inside an IPv6 one counts as what it is; a zone does not matter. */
function parseAddress(text: string): Address | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/** Bits of an IPv6 address that stand before the IPv4 address inside it. */
const MAPPED_BITS = 96;

function parseRange(text: string): [Address, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return unmapped(...ipaddr.parseCIDR(text));
  const address = parseAddress(text);
  return address === undefined ? undefined : [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** An IPv4 network inside an IPv6 one counts as what it is, as its addresses do. */
function unmapped(network: Address, bits: number): [Address, number] {
  if (!(network instanceof ipaddr.IPv6) || !network.isIPv4MappedAddress()) return [network, bits];
  return bits < MAPPED_BITS ? [network, bits] : [network.toIPv4Address(), bits - MAPPED_BITS];
}

function isWithin(address: Address, ranges: readonly [Address, number][]): boolean {
  return ranges.some(
    ([network, bits]) => network.kind() === address.kind() && address.match([network, bits]),
  );
}
