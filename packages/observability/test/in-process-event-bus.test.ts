import type { NetScopeEvent } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { InProcessEventBus } from '../src/index.ts';

const EVENT: NetScopeEvent = {
  eventType: 'system.audit.degraded',
  timestampMs: 1,
  traceId: 'a'.repeat(32),
  severity: 'WARN',
  state: 'down',
  reason: 'refused',
};

interface Told {
  readonly event: string;
  readonly error: unknown;
}

function busWithLog(): { bus: InProcessEventBus; told: Told[] } {
  const told: Told[] = [];
  const bus = new InProcessEventBus({ error: (event, error) => told.push({ event, error }) });
  return { bus, told };
}

describe('InProcessEventBus', () => {
  it('tells every listener in the order they came', () => {
    const { bus } = busWithLog();
    const heard: string[] = [];
    bus.subscribe(() => heard.push('first'));
    bus.subscribe(() => heard.push('second'));
    bus.publish(EVENT);
    expect(heard).toEqual(['first', 'second']);
  });

  it('tells nobody who has left', () => {
    const { bus } = busWithLog();
    const heard: NetScopeEvent[] = [];
    const leave = bus.subscribe((event) => heard.push(event));
    bus.publish(EVENT);
    leave();
    leave();
    bus.publish(EVENT);
    expect(heard).toEqual([EVENT]);
  });

  it('goes on past a listener that throws, and logs it once', () => {
    const { bus, told } = busWithLog();
    const heard: NetScopeEvent[] = [];
    const defect = new Error('defect');
    bus.subscribe(() => {
      throw defect;
    });
    bus.subscribe((event) => heard.push(event));
    bus.publish(EVENT);
    bus.publish(EVENT);
    expect(heard).toHaveLength(2);
    expect(told).toEqual([{ event: 'event_bus.listener_failed', error: defect }]);
  });

  it('tells those of the moment of publishing when one leaves meanwhile', () => {
    const { bus } = busWithLog();
    const heard: string[] = [];
    const leave = bus.subscribe(() => {
      heard.push('first');
      leave();
    });
    bus.subscribe(() => heard.push('second'));
    bus.publish(EVENT);
    bus.publish(EVENT);
    expect(heard).toEqual(['first', 'second', 'second']);
  });

  it('lets one function listen twice and leave once', () => {
    const { bus } = busWithLog();
    let count = 0;
    const listener = (): void => {
      count += 1;
    };
    bus.subscribe(listener)();
    bus.subscribe(listener);
    bus.publish(EVENT);
    expect(count).toBe(1);
  });
});
