import { describe, expect, it } from 'vitest';

import { waitUntil } from '../src/wait-until.ts';

describe('waitUntil', () => {
  it('asks until there is an answer and gives it back', async () => {
    let asked = 0;
    const answer = await waitUntil(() => (asked += 1) >= 3 && asked, { what: '3', everyMs: 1 });
    expect(answer).toBe(3);
  });

  it('names what it waited for, and what went wrong last, when the time is over', async () => {
    const waiting = waitUntil(
      () => {
        throw new Error('not yet');
      },
      { what: 'the sun', timeoutMs: 5, everyMs: 1 },
    );
    await expect(waiting).rejects.toMatchObject({
      message: 'waited 5 ms for the sun',
      cause: { message: 'not yet' },
    });
  });
});
