/**
 * Whose `X-Forwarded-For` is believed, as fastify wants it. With nobody trusted the client is the
 * socket's peer, whatever headers say.
 */
export function trustProxyOf(trustedProxies: readonly string[]): string[] | false {
  return trustedProxies.length === 0 ? false : [...trustedProxies];
}
