import { ScriptedUpstream, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { closedPort } from '../support/raw-server.ts';
import { GatewayRig } from '../support/rig.ts';
import { TextServer } from '../support/text-server.ts';

describe('I5: a call tells the address inside and the one outside', () => {
  test('inside as the socket really used it', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call();
    expect(result.internalIp).toBe('127.0.0.1');
    expect(result.attempts[0]?.localAddress).toBe('127.0.0.1');
  });

  test('inside as the kernel would choose it, where there was no socket', async () => {
    await using rig = new GatewayRig({
      origin: `http://127.0.0.1:${await closedPort()}`,
      circuit: { mode: 'observe' },
    });
    await rig.call();
    const result = await rig.call();
    expect(result.attempts[0]?.localAddress).toBeUndefined();
    expect(result.internalIp).toBe('127.0.0.1');
  });

  test('outside as configured, and not at all where it is private and nobody told', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using told = new GatewayRig({
      origin: upstream.origin,
      network: { externalIp: '203.0.113.7' },
    });
    await using untold = new GatewayRig({ origin: upstream.origin });
    expect((await told.call()).externalIp).toBe('203.0.113.7');
    expect((await untold.call()).externalIp).toBeUndefined();
  });

  test('outside as it was answered, from the first answer on, and absent before', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using teller = await TextServer.start({ body: ' 2001:db8::7\n' });
    const change = { origin: upstream.origin, network: { externalIpUrl: teller.origin } };
    await using rig = new GatewayRig(change);
    expect((await rig.call()).externalIp).toBeUndefined();
    rig.gateway.start();
    await waitUntil(() => rig.log.count('probe.external_ip') === 1, {
      what: 'the first answer',
    });
    expect((await rig.call()).externalIp).toBe('2001:db8::7');
    expect((await rig.call()).internalIp).toBe('127.0.0.1');
  });

  test('outside as configured, and nobody is asked', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using teller = await TextServer.start({ body: '2001:db8::7' });
    const network = { externalIp: '203.0.113.7', externalIpUrl: teller.origin };
    await using rig = new GatewayRig({ origin: upstream.origin, network });
    rig.gateway.start();
    expect((await rig.call()).externalIp).toBe('203.0.113.7');
    expect(teller.asked).toBe(0);
  });

  test('a call that had no socket tells the one outside too', async () => {
    await using teller = await TextServer.start({ body: '198.51.100.9' });
    const origin = `http://127.0.0.1:${await closedPort()}`;
    await using rig = new GatewayRig({ origin, network: { externalIpUrl: teller.origin } });
    rig.gateway.start();
    await waitUntil(() => rig.log.count('probe.external_ip') === 1, {
      what: 'the first answer',
    });
    expect(await rig.call()).toMatchObject({ outcome: 'refused', externalIp: '198.51.100.9' });
  });
});
