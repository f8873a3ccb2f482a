import { ScriptedUpstream } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { closedPort } from '../support/raw-server.ts';
import { GatewayRig } from '../support/rig.ts';

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
});
