import { isIP } from 'node:net';

/** What a key must be that takes an absolute http or https address. */
export const HTTP_ADDRESS = {
  expected: 'an http or https address, its port from 1 to 65535 where it names one',
  pattern: /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/,
  check: isReachable,
} as const;

/** The same where null means that there is none. */
export const HTTP_ADDRESS_OR_NULL = {
  ...HTTP_ADDRESS,
  expected: `null or ${HTTP_ADDRESS.expected}`,
} as const;

/** Whether a URL has a host that can be one (256.1.1.1 is none) and a port from 1 to 65535. */
export function isReachable(url: string): boolean {
  return URL.canParse(url) && new URL(url).port !== '0';
}

/** Whether a text is one IP address, or a network as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  const isZoned = address.includes('%');
  return !isZoned && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** Networks that a trusted proxy may be given by. */
const NAMED_NETWORKS: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Whether a text names whom `http.trusted_proxies` may hold; everybody is nobody to be trusted. */
export function isProxy(text: string): boolean {
  return NAMED_NETWORKS.has(text) || (isNetwork(text) && !/\/0+$/.test(text));
}
