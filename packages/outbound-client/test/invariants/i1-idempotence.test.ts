import { ScriptedUpstream } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { closedPort } from '../support/raw-server.ts';
import { GatewayRig } from '../support/rig.ts';

const headers = ['content-type', 'application/json', 'idempotency-key', 'key-1'];

describe('I1: an attempt inside a call is repeated only', () => {
  test('with the same key', async () => {
    await using upstream = await ScriptedUpstream.start({
      script: ({ sequence }) => ({ kind: 'respond', status: sequence === 0 ? 503 : 200 }),
    });
    await using rig = new GatewayRig({ origin: upstream.origin });
    await rig.call({ headers });
    expect(upstream.ledger.entries.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'key-1',
      'key-1',
    ]);
  });

  test.each([
    { kind: 'reset' },
    { kind: 'close' },
    { kind: 'broken_chunk', status: 200 },
    { kind: 'early_close', status: 200, bytes: 10 },
  ] as const)('where it may be, once bytes left: $kind', async (answer) => {
    await using upstream = await ScriptedUpstream.start({ script: () => answer });
    await using rig = new GatewayRig({ origin: upstream.origin });
    await rig.call({ repeatable: false });
    expect(upstream.ledger.entries).toHaveLength(1);
    await rig.call({ repeatable: true });
    expect(upstream.ledger.entries).toHaveLength(3);
  });

  test('or where it is proved that no byte of it was sent', async () => {
    await using rig = new GatewayRig({ origin: `http://127.0.0.1:${await closedPort()}` });
    const result = await rig.call({ repeatable: false });
    expect(result).toMatchObject({ bytesLeft: false, retryCount: 1 });
  });
});
