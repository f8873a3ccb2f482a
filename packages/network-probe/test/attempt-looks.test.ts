import { describe, expect, test } from 'vitest';

import { AttemptLooks, ESTABLISHED } from '../src/attempt-looks.ts';
import { SLOT, type SocketLook } from '../src/native/socket-slots.ts';

const SETTLED = { state: ESTABLISHED, unacked: 0, notsentBytes: 0 };

function see(look: SocketLook, values: Partial<Record<keyof typeof SLOT, number>>): void {
  for (const [name, slot] of Object.entries(SLOT)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of SLOT
    look[slot] = values[name as keyof typeof SLOT] ?? Number.NaN;
  }
}

/** After an attempt whose end saw this. */
function after(values: Partial<Record<keyof typeof SLOT, number>>): AttemptLooks {
  const looks = new AttemptLooks();
  const base = looks.lend() ?? new Float64Array();
  see(looks.next, values);
  looks.seen();
  looks.giveBack(base);
  return looks;
}

describe('the looks of an attempt', () => {
  test('begin where the one before ended, when all that it sent is acknowledged', () => {
    const looks = after({ ...SETTLED, bytesAcked: 700 });
    expect(looks.isSettled).toBe(true);
    expect(looks.lend()?.[SLOT.bytesAcked]).toBe(700);
  });

  test.each([
    ['bytes are on their way', { ...SETTLED, unacked: 1 }],
    ['bytes wait to be sent', { ...SETTLED, notsentBytes: 3 }],
    ['the peer has closed its side', { ...SETTLED, state: 8 }],
    ['the kernel does not tell', { state: ESTABLISHED, unacked: 0 }],
  ])('are taken anew where %s', (_, values) => {
    expect(after(values).isSettled).toBe(false);
  });

  test('are taken anew after an attempt whose end was not seen', () => {
    const looks = after(SETTLED);
    const base = looks.lend() ?? new Float64Array();
    looks.giveBack(base);
    expect(looks.isSettled).toBe(false);
  });

  test('are one attempt at a time: another one has an array of its own', () => {
    const looks = after(SETTLED);
    const base = looks.lend() ?? new Float64Array();
    expect(looks.isSettled).toBe(false);
    expect(looks.lend()).toBeUndefined();
    expect(looks.giveBack(new Float64Array(base.length))).toBe(false);
    expect(looks.giveBack(base)).toBe(true);
  });

  test('keep what an attempt began with while its end is looked at', () => {
    const looks = after({ ...SETTLED, bytesAcked: 700 });
    const base = looks.lend();
    see(looks.next, { ...SETTLED, bytesAcked: 1400 });
    looks.seen();
    expect(base?.[SLOT.bytesAcked]).toBe(700);
    if (base !== undefined) looks.giveBack(base);
    expect(looks.lend()?.[SLOT.bytesAcked]).toBe(1400);
  });
});
