import { ManualClock } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { ServerClock } from '../../../src/page/model/server-clock.ts';

describe('the server clock', () => {
  test('is the local one before anything was heard', () => {
    const local = new ManualClock();
    expect(new ServerClock(() => local.wallMs()).nowMs()).toBe(local.wallMs());
  });

  test('takes the message that was least late', () => {
    const local = new ManualClock();
    const clock = new ServerClock(() => local.wallMs());
    const ahead = 5_000;
    clock.observe(local.wallMs() + ahead - 300);
    clock.observe(local.wallMs() + ahead - 20);
    clock.observe(local.wallMs() + ahead - 900);
    expect(clock.nowMs()).toBe(local.wallMs() + ahead - 20);
  });

  test('believes a later offset once the old one has aged', () => {
    const local = new ManualClock();
    const clock = new ServerClock(() => local.wallMs());
    clock.observe(local.wallMs() + 5_000);
    local.advance(61_000);
    clock.observe(local.wallMs() - 2_000);
    expect(clock.nowMs()).toBe(local.wallMs() - 2_000);
  });

  test('passes over what is no time', () => {
    const local = new ManualClock();
    const clock = new ServerClock(() => local.wallMs());
    clock.observe(Number.NaN);
    expect(clock.nowMs()).toBe(local.wallMs());
  });
});
