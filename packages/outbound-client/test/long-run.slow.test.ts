import { describe, expect, test } from 'vitest';

import { settled, UpstreamRig } from './support/upstream-rig.ts';

const MINUTE_MS = 60_000;

/** As the record source does: admits all it may, and asks again when it is told to. */
class Source {
  readonly rig: UpstreamRig;
  calls = 0;
  results: (string | undefined)[] = [];
  #asked = -1;

  constructor(rig: UpstreamRig) {
    this.rig = rig;
  }

  /** Goes on for so long, in steps of a millisecond; every attempt is answered by `answer`. */
  async run(forMs: number, stepMs: number, answer: () => [number, (number | 'untold')?]) {
    for (let atMs = 0; atMs <= forMs; atMs += stepMs) {
      if (this.rig.available > this.#asked) this.#pump();
      await this.#answerAll(answer);
      this.rig.clock.advance(stepMs);
    }
  }

  #pump(): void {
    this.#asked = this.rig.available;
    for (let told = this.rig.admit(); told.kind === 'admitted'; told = this.rig.admit()) {
      this.calls += 1;
      void this.rig.call({ repeatable: false }, told.permit);
      if (this.rig.inFlight >= 64) break;
    }
    this.rig.admit();
  }

  async #answerAll(answer: () => [number, (number | 'untold')?]): Promise<void> {
    await settled();
    for (const attempt of this.rig.transport.pending.splice(0)) attempt.respond(...answer());
    await settled();
  }
}

describe('over a minute', () => {
  test.each([3, 7.5, 10, 70])(
    'a rate limit of %d a second lets just so many pass, within a hundredth',
    { timeout: 60_000 },
    async (perSecond) => {
      const rig = new UpstreamRig({ rateLimit: { perSecond, burst: 1 } });
      const source = new Source(rig);
      await source.run(MINUTE_MS, 1, () => [200]);
      const expected = perSecond * 60 + 1;
      expect(source.calls).toBeGreaterThanOrEqual(expected * 0.99);
      expect(source.calls).toBeLessThanOrEqual(expected * 1.01);
    },
  );
});

describe('an upstream that throttles for an hour', () => {
  test('with no time told is asked once a minute in the end, by one timer', async () => {
    const rig = new UpstreamRig();
    const source = new Source(rig);
    await source.run(60 * MINUTE_MS, 1000, () => [429, 'untold']);
    // 64 at once, then waits of 1, 2, 4 ... 60 s, after each of which 64 find out together.
    const waves = 6 + 60;
    expect(source.calls).toBeLessThanOrEqual(64 * (waves + 2));
    expect(source.calls).toBeGreaterThan(64 * 50);
    expect(rig.clock.pendingTimers).toBeLessThanOrEqual(1);
    expect(rig.circuitState).toBe('closed');
  });

  test('that tells 30 s each time is asked every 30 s: no wait is multiplied', async () => {
    const rig = new UpstreamRig();
    const source = new Source(rig);
    await source.run(60 * MINUTE_MS, 1000, () => [429, 30_000]);
    const waves = source.calls / 64;
    expect(waves).toBeGreaterThanOrEqual(115);
    expect(waves).toBeLessThanOrEqual(122);
  });

  test('lets all go on as soon as it takes calls again', async () => {
    const rig = new UpstreamRig({ bulkhead: { inFlight: 64 } });
    const source = new Source(rig);
    await source.run(10 * MINUTE_MS, 1000, () => [429, 'untold']);
    const before = source.calls;
    await source.run(MINUTE_MS + 1000, 1000, () => [200]);
    expect(source.calls).toBeGreaterThan(before);
    expect(rig.admit().kind).toBe('admitted');
  });
});
