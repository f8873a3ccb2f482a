import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';

import { RequestError } from '../dto/request-error.ts';

/** Client addresses remembered; past it the one seen longest ago starts anew. */
const ADDRESSES_MAX = 10_000;

/**
 * So many requests a second for each client address, 429 past it. Routes with
 * `config: { rateLimit: false }` are outside: probes, scrapes and the opening of live feeds.
 */
export async function addRateLimit(app: FastifyInstance, perSecond: number): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    max: Math.max(1, Math.floor(perSecond)),
    timeWindow: 1000,
    cache: ADDRESSES_MAX,
    // By default all of an IPv6 /64 counts as one, such as every pod of a node.
    ipv6Subnet: 128,
    errorResponseBuilder: (_request, context) =>
      new RequestError('RATE_LIMITED', `more than ${context.max} requests a second`, {
        retry_after_ms: context.ttl,
      }),
  });
}
