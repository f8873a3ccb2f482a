import { ManualClock, RecordingLog } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { ExternalAddress } from '../src/external-address.ts';

const EVERY_MS = 600_000;

/** Answers as it is told, one question at a time. */
class Teller {
  readonly clock = new ManualClock();
  readonly log = new RecordingLog();
  readonly heard: string[] = [];
  asked = 0;
  answer: () => Promise<string> = () => Promise.resolve('203.0.113.7\n');
  readonly address = new ExternalAddress({
    url: 'http://ip.example/mine?token=secret',
    ask: (_url, signal) => {
      this.asked += 1;
      this.signal = signal;
      return this.answer();
    },
    timers: this.clock,
    log: this.log,
  });
  signal: AbortSignal | undefined;

  constructor() {
    this.address.onChange((address) => this.heard.push(address));
  }

  /** Lets every promise that can settle do so. */
  async settle(): Promise<void> {
    await new Promise((resolve) => void setImmediate(resolve));
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }
}

describe('the address that the outside sees', () => {
  test('is asked for at the start and every ten minutes, and told where it changes', async () => {
    const teller = new Teller();
    teller.address.start();
    await teller.settle();
    expect([teller.asked, teller.heard]).toEqual([1, ['203.0.113.7']]);
    await teller.advance(EVERY_MS - 1);
    expect(teller.asked).toBe(1);
    await teller.advance(1);
    expect([teller.asked, teller.heard]).toEqual([2, ['203.0.113.7']]);
    teller.answer = () => Promise.resolve('203.0.113.8');
    await teller.advance(EVERY_MS);
    expect(teller.heard).toEqual(['203.0.113.7', '203.0.113.8']);
    expect(teller.log.count('probe.external_ip')).toBe(2);
  });

  test('stays what it was through failures, which are logged once until one succeeds', async () => {
    const teller = new Teller();
    teller.address.start();
    await teller.settle();
    teller.answer = () => Promise.reject(new Error('it answered 503'));
    await teller.advance(EVERY_MS);
    await teller.advance(EVERY_MS);
    expect(teller.heard).toEqual(['203.0.113.7']);
    expect(teller.log.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        event: 'probe.external_ip_unknown',
        fields: { host: 'ip.example', cause: 'it answered 503' },
      },
    ]);
    teller.answer = () => Promise.resolve('203.0.113.7');
    await teller.advance(EVERY_MS);
    teller.answer = () => Promise.reject(new Error('it answered 503'));
    await teller.advance(EVERY_MS);
    expect(teller.log.count('probe.external_ip_unknown')).toBe(2);
  });

  test.each([
    '',
    'gateway.example.net',
    '203.0.113.7, 203.0.113.8',
    '{"ip":"203.0.113.7"}',
    '203.0.113.256',
    'fe80::1%eth0',
    '203.0.113.0/24',
  ])('is nothing but an address: %j', async (text) => {
    const teller = new Teller();
    teller.answer = () => Promise.resolve(text);
    teller.address.start();
    await teller.settle();
    expect(teller.heard).toEqual([]);
    expect(teller.log.lines[0]?.fields['cause']).toBe('it did not answer with an IP address alone');
  });

  test('is waited for 5 s, and asked for again later', async () => {
    const teller = new Teller();
    teller.answer = () =>
      new Promise((_resolve, reject) => {
        teller.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    teller.address.start();
    await teller.advance(4999);
    expect(teller.log.lines).toEqual([]);
    await teller.advance(1);
    expect(teller.log.lines[0]?.fields['cause']).toBe('it did not answer within 5000 ms');
    await teller.advance(EVERY_MS);
    expect(teller.asked).toBe(2);
  });

  test('is asked for no more once closed, and what is under way ends unheard', async () => {
    const teller = new Teller();
    const late = Promise.withResolvers<string>();
    teller.answer = () => late.promise;
    teller.address.start();
    teller.address.close();
    expect(teller.signal?.aborted).toBe(true);
    late.resolve('203.0.113.7');
    await teller.settle();
    expect([teller.heard, teller.log.lines]).toEqual([[], []]);
    expect(teller.clock.pendingTimers).toBe(0);
  });
});
