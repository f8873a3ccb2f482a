import { ScriptedUpstream } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { RawServer } from '../support/raw-server.ts';
import { type DefinitionChange, GatewayRig } from '../support/rig.ts';

const once = { retry: { attempts: 1 } };

async function timeoutOf(change: DefinitionChange): Promise<unknown> {
  await using rig = new GatewayRig({ ...once, ...change });
  const result = await rig.call();
  const counter = `timeouts_total{upstream=partner,timeout_type=${result.attempts[0]?.timeoutType}}`;
  expect(rig.metrics.counts.get(counter)).toBe(1);
  expect(result.timeoutCount).toBe(1);
  expect(result.outcome).toBe('timed_out');
  return result;
}

describe('I2: each timeout is told by its type and its time', () => {
  test('connect, of a handshake that never ends', async () => {
    await using server = await RawServer.start(() => undefined);
    const origin = server.origin.replace('http:', 'https:');
    const timeouts = { connectMs: 50, readMs: 2000, globalMs: 3000 };
    expect(await timeoutOf({ origin, timeouts })).toMatchObject({
      timeoutType: 'connect',
      elapsedMs: 50,
    });
  });

  test('read, of an answer that never comes', async () => {
    await using upstream = await ScriptedUpstream.start({ script: () => ({ kind: 'silence' }) });
    const timeouts = { connectMs: 2000, readMs: 50, globalMs: 3000 };
    const result = await timeoutOf({ origin: upstream.origin, timeouts });
    expect(result).toMatchObject({ timeoutType: 'read', elapsedMs: expect.closeTo(50, -2) });
  });

  test('global, of a call whose budget is over', async () => {
    await using upstream = await ScriptedUpstream.start({ script: () => ({ kind: 'silence' }) });
    const timeouts = { connectMs: 50, readMs: 50, globalMs: 50 };
    const result = await timeoutOf({ origin: upstream.origin, timeouts });
    expect(result).toMatchObject({ timeoutType: 'global', elapsedMs: expect.closeTo(50, -2) });
  });
});
