import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { type ClientRequestArgs, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

import type { AddressGuard } from './address-guard.ts';

const HTTP_OK = 200;

export interface GuardedGetOptions {
  /** Decides at which addresses the URL's host may be reached. */
  readonly guard: AddressGuard;
  /** A longer body is refused. */
  readonly bodyBytesMax: number;
}

/**
 * One GET of a small text, on a connection of its own. No redirect is followed, no proxy used.
 * Certificates are checked against the roots that Node trusts.
 * @throws {Error} that says in a sentence's part why there is no text.
 */
export function guardedGet(
  url: string,
  options: GuardedGetOptions,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, protocol } = new URL(url);
  const literal = hostname.replaceAll(/[[\]]/g, '');
  if (isIP(literal) !== 0 && !options.guard.permits(literal)) {
    return Promise.reject(refused(literal));
  }
  const how: ClientRequestArgs = {
    agent: false,
    headers: { accept: 'text/plain' },
    lookup: guardedLookup(options.guard),
    signal,
  };
  const get = protocol === 'https:' ? getHttps : getHttp;
  const request = get(url, how, (response) => {
    read(response, options.bodyBytesMax).then(resolve, reject);
  });
  request.on('error', reject);
  return promise;
}

async function read(response: IncomingMessage, bytesMax: number): Promise<string> {
  try {
    const status = response.statusCode ?? 0;
    if (status !== HTTP_OK) {
      const never = response.headers.location === undefined ? '' : ', and no redirect is followed';
      throw new Error(`it answered ${status}${never}`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      const part: Buffer = chunk;
      bytes += part.length;
      if (bytes > bytesMax) throw new Error(`it answered more than ${bytesMax} bytes`);
      chunks.push(part);
    }
    return Buffer.concat(chunks).toString('latin1');
  } finally {
    response.destroy();
  }
}

/** Gives only the addresses that are permitted, so that no other can be connected to. */
function guardedLookup(guard: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions & { readonly all: true } = { ...options, all: true };
    lookup(hostname, all, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const permitted = addresses.filter(({ address }) => guard.permits(address));
      const [first] = permitted;
      if (first === undefined) return callback(refused(addressList(addresses)), '');
      if (options.all === true) return callback(null, permitted);
      return callback(null, first.address, first.family);
    });
  };
}

function addressList(addresses: readonly LookupAddress[]): string {
  return addresses.map(({ address }) => address).join(', ');
}

function refused(addresses: string): Error {
  return new Error(`its address ${addresses} is not one that network.addresses permits`);
}
