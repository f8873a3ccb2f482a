import { isIP } from 'node:net';

import type { Settings } from '../schema/settings-schema.ts';
import type { Check, Finding } from './finding.ts';

/** What `network` of an upstream must hold beyond the form of each key. */
export const NETWORK_CHECKS: readonly Check[] = [externalIps, externalIpUrls];

function externalIps({ upstreams }: Settings): readonly Finding[] {
  return Object.entries(upstreams)
    .filter(([, { network }]) => network.external_ip !== 'auto' && isIP(network.external_ip) === 0)
    .map(([name]) => ({
      path: ['upstreams', name, 'network', 'external_ip'],
      expected: 'auto, or one IP address',
    }));
}

function externalIpUrls({ upstreams }: Settings): readonly Finding[] {
  return Object.entries(upstreams).flatMap(([name, { network }]) => {
    const { external_ip_url: url } = network;
    if (url === null) return [];
    const path = ['upstreams', name, 'network', 'external_ip_url'];
    const { username, password } = new URL(url);
    if (username === '' && password === '') return [];
    const found = 'an address with a user or a password';
    return [{ path, found, expected: 'an address that anybody may ask' }];
  });
}
