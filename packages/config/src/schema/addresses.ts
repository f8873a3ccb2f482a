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
