import type { FastifyRequest } from 'fastify';

import { RequestError } from '../dto/request-error.ts';

const LOOPBACK_V4 = /^127(\.\d{1,3}){3}$/;

/**
 * Without authentication only who means this host is answered: a name that was rebound to a
 * loopback address must not reach it, and neither may another origin's page.
 * @throws {RequestError} `FORBIDDEN`.
 */
export function guardHost(request: FastifyRequest, hosts: ReadonlySet<string>): void {
  const { host, origin } = request.headers;
  if (host === undefined || !isOurs(host, hosts)) {
    throw new RequestError('FORBIDDEN', 'this Host is not answered; name it in http.hosts');
  }
  if (origin !== undefined && originHost(origin) !== host.toLowerCase()) {
    throw new RequestError('FORBIDDEN', 'requests from another origin are not answered');
  }
}

/** Lower-case names, as `guardHost` wants them. */
export function hostSet(hosts: readonly string[]): ReadonlySet<string> {
  return new Set(hosts.map((host) => host.toLowerCase()));
}

function isOurs(host: string, hosts: ReadonlySet<string>): boolean {
  const full = host.toLowerCase();
  const name = full.replace(/:\d*$/, '').replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (name === '[::1]' || LOOPBACK_V4.test(name)) return true;
  return hosts.has(name) || hosts.has(full);
}

/** `host:port` of an origin as a Host header would say it; undefined for `null` and nonsense. */
function originHost(origin: string): string | undefined {
  return URL.parse(origin)?.host.toLowerCase();
}
