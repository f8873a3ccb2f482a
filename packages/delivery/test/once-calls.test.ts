import { describe, expect, test } from 'vitest';

import { broken, harness, responded, settled } from './support/harness.ts';
import { record, route } from './support/route.ts';

const park = { policy: { ambiguous: 'park' } } as const;

describe('a call that must not be made twice', () => {
  test('is written down before it begins, and crossed out when its event is durable', async () => {
    const { engine, gateway, journal, audit, lease } = harness(park);
    audit.held = [];
    engine.accept([record()], lease);
    expect(journal.begun.get(0)).toMatchObject({ tries: 1, bytesLeft: true, status: undefined });
    await gateway.open[0]?.answer(responded(200));
    expect(journal.begun.size).toBe(1);
    audit.held[0]?.();
    await settled();
    expect(journal.begun.size).toBe(0);
  });

  test('is crossed out where its record waits for another, or was parked', async () => {
    const { engine, gateway, journal, deadLetters, lease } = harness(park);
    engine.accept([record(), record({ offset: 1, key: 'other' })], lease);
    await gateway.open[0]?.answer(responded(503));
    await gateway.open[0]?.answer(broken());
    await settled();
    expect(deadLetters.letters).toMatchObject([{ reason: 'ambiguous' }]);
    expect(journal.begun.size).toBe(0);
  });

  test('stays written down where a drain cuts it off, unless no byte of it left', async () => {
    const cutOff = async (bytesLeave: boolean): Promise<number> => {
      const { engine, gateway, journal, clock, lease } = harness(park);
      gateway.bytesLeave = bytesLeave;
      engine.accept([record()], lease);
      const drained = engine.drain([lease], 500);
      clock.advance(500);
      await drained;
      await settled();
      return journal.begun.size;
    };
    expect([await cutOff(true), await cutOff(false)]).toEqual([1, 0]);
  });

  test('is not made where it cannot be written down, and is when it can', async () => {
    const { engine, gateway, journal, audit, clock, lease } = harness(park);
    journal.isWritable = false;
    engine.accept([record()], lease);
    expect(gateway.made).toEqual([]);
    expect([gateway.releases, audit.reserved]).toEqual([1, 0]);
    journal.isWritable = true;
    clock.advance(60_000);
    await gateway.open[0]?.answer(responded(200));
    await settled();
    expect(lease.acknowledged).toEqual([0]);
  });

  test.each([
    { name: 'ambiguous is retry', changes: {} },
    {
      name: 'the key is honoured',
      changes: { ...park, routes: [route({ idempotency: { ...honoured() } })] },
    },
  ])('costs nothing where $name', ({ changes }) => {
    const { engine, gateway, journal, lease } = harness(changes);
    engine.accept([record()], lease);
    expect([gateway.made.length, journal.begun.size]).toEqual([1, 0]);
  });
});

function honoured() {
  return { honoured: true, header: 'Idempotency-Key', from: undefined, format: 'plain' } as const;
}
