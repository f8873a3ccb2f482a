/**
 * Makes one call once the address outside was answered, and prints both of our addresses as JSON:
 * `node address-client.ts ORIGIN`. A process of its own, so that it can live in a network namespace.
 */
import process from 'node:process';

import { waitUntil } from '@netscope/test-support';

import { GatewayRig } from '../support/rig.ts';

const [origin = ''] = process.argv.slice(2);

await using rig = new GatewayRig({ origin, network: { externalIpUrl: `${origin}/who-am-i` } });
rig.gateway.start();
await waitUntil(() => rig.log.lines.length > 0, { what: 'an answer, or that there is none' });
const { outcome, internalIp, externalIp } = await rig.call();
process.stdout.write(`${JSON.stringify({ outcome, internalIp, externalIp })}\n`);
