import { LOG_FIELDS, UpstreamError } from '@netscope/domain';
import { ManualClock } from '@netscope/test-support';
import { beforeEach, describe, expect, it } from 'vitest';

import { createLog, type LogLevel, type ProcessLog } from '../src/index.ts';
import { MemoryDestination } from './memory-destination.ts';

let destination: MemoryDestination;

beforeEach(() => {
  destination = new MemoryDestination();
});

function logAt(level: LogLevel): ProcessLog {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 11, 0, 0, 7));
  return createLog({ level, service: 'netscope', node: 'n1', clock, destination });
}

describe('createLog', () => {
  it('writes one line of JSON an event, correlated', () => {
    logAt('info').info('kafka.assigned', 'partitions were assigned', {
      topic: 'in',
      partition: 3,
      trace_id: 'abc',
      request_id: undefined,
    });
    expect(destination.raw[0]?.match(/\n/g)).toHaveLength(1);
    expect(destination.last).toEqual({
      level: 'info',
      time: '2026-11-21T11:00:00.007Z',
      service: 'netscope',
      node: 'n1',
      event: 'kafka.assigned',
      topic: 'in',
      partition: 3,
      trace_id: 'abc',
      msg: 'partitions were assigned',
    });
  });

  it('has no field by the name of one that each line has', () => {
    const own = new Set<string>(['level', 'time', 'service', 'node', 'event', 'msg']);
    expect(LOG_FIELDS.filter((name) => own.has(name))).toEqual([]);
  });

  it('writes what proves a trail and what a broker takes', () => {
    const head = 'ab'.repeat(32);
    const publicKey = Buffer.alloc(44, 7).toString('base64');
    const signed = {
      object: 'audit/v1/digests/x.json',
      head,
      key_id: head.slice(0, 16),
      segments: 2,
    };
    const store = { versioned: true, object_lock: false, conditional_put: true };
    const group = { acknowledged: 7, chars_max: 2048, first_seq: 1, last_seq: 3 };
    logAt('info').info('audit.digest', 'signed', {
      ...signed,
      ...store,
      ...group,
      public_key: publicKey,
    });
    expect(destination.last).toMatchObject({
      ...signed,
      ...store,
      ...group,
      public_key: publicKey,
    });
    expect(destination.last).not.toHaveProperty('withheld');
  });

  it('writes nothing below its level', () => {
    const log = logAt('warn');
    log.info('a.b', 'no');
    log.debug('a.b', 'no');
    log.warn('a.b', 'yes');
    expect(destination.lines.map((line) => line['msg'])).toEqual(['yes']);
    expect(log.isDebug).toBe(false);
    expect(logAt('debug').isDebug).toBe(true);
  });

  it('withholds a field that nobody allowed, and says its name', () => {
    // @ts-expect-error -- the port refuses it, and a caller without types may pass it all the same
    logAt('info').info('a.b', 'x', { password: 'hunter2', topic: 'in' });
    expect(destination.last).toMatchObject({ topic: 'in', withheld: 'password' });
    expect(destination.raw.join('')).not.toContain('hunter2');
  });

  it('withholds what is no primitive, even under an allowed name', () => {
    // @ts-expect-error -- the port refuses it, and a caller without types may pass it all the same
    logAt('info').info('a.b', 'x', { topic: { secret: 'hunter2' } });
    expect(destination.raw.join('')).not.toContain('hunter2');
    expect(destination.last).toMatchObject({ withheld: 'topic' });
  });

  it('tells an error with its code, kind, details and causes', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new UpstreamError('UPSTREAM_CONNECTION_REFUSED', 'partner refused', {
      kind: 'transient',
      details: { port: 443 },
      cause,
    });
    logAt('info').error('call.failed', error, { upstream: 'partner' });
    expect(destination.last).toMatchObject({
      level: 'error',
      event: 'call.failed',
      upstream: 'partner',
      msg: 'partner refused',
      error: {
        name: 'UpstreamError',
        code: 'UPSTREAM_CONNECTION_REFUSED',
        kind: 'transient',
        details: { port: 443 },
        causes: [{ name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
      },
    });
    expect(destination.last['error']).not.toHaveProperty('stack');
  });

  it('adds the stack of what is a defect', () => {
    logAt('info').error('a.b', new TypeError('x is undefined'));
    expect(destination.last['error']).toMatchObject({
      stack: expect.stringContaining('TypeError'),
    });
  });

  it('takes whatever was thrown', () => {
    const log = logAt('info');
    for (const thrown of [undefined, null, 'hunter2', { password: 'hunter2' }]) {
      log.error('a.b', thrown);
    }
    expect(destination.lines).toHaveLength(4);
    expect(destination.raw.join('')).not.toContain('hunter2');
  });

  it('ends a chain of causes that goes round', () => {
    const error = new Error('round');
    error.cause = error;
    logAt('info').error('a.b', error);
    expect(destination.last).toHaveProperty('error.causes.length', 5);
  });

  it('masks credentials inside texts', () => {
    logAt('info').error('a.b', new Error('GET http://u:hunter2@x/ with Bearer hunter2hunter2'), {
      url: 'https://u:hunter2@x/y',
    });
    expect(destination.raw.join('')).not.toContain('hunter2');
  });

  it('cuts a text that is too long', () => {
    logAt('info').info('a.b', 'x', { reason: 'r'.repeat(5000) });
    expect(String(destination.last['reason']).length).toBeLessThan(1010);
  });

  it('keeps a line break inside its line', () => {
    logAt('info').info('a.b', 'x', { reason: 'one\n{"event":"forged"}' });
    expect(destination.raw[0]?.match(/\n/g)).toHaveLength(1);
  });

  it('gives a child whose lines carry its fields', () => {
    logAt('info').child({ upstream: 'p' }).warn('a.b', 'x', { reason: 'r' });
    expect(destination.last).toMatchObject({ upstream: 'p', reason: 'r', event: 'a.b' });
  });

  it('does not throw where its sink does', () => {
    const log = createLog({
      level: 'info',
      service: 's',
      node: 'n',
      clock: new ManualClock(),
      destination: {
        write: () => {
          throw new Error('sink is gone');
        },
        close: () => Promise.resolve(),
      },
    });
    expect(() => log.info('a.b', 'x')).not.toThrow();
  });
});
