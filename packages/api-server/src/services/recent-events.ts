import type { CallRecord, NetScopeEvent } from '@netscope/domain';

import { EventRing } from './event-ring.ts';

type SystemEvent = Exclude<
  NetScopeEvent,
  { readonly eventType: 'network.request.completed' | 'system.host.sampled' }
>;

/** The last events, for those who come back; a flood of calls does not push out system events. */
export class RecentEvents {
  readonly calls: EventRing<CallRecord>;
  readonly #callEvents: EventRing<NetScopeEvent>;
  readonly #system: EventRing<SystemEvent>;

  constructor(callsMax: number, systemMax: number) {
    this.calls = new EventRing(callsMax);
    this.#callEvents = new EventRing(callsMax);
    this.#system = new EventRing(systemMax);
  }

  push(event: NetScopeEvent): void {
    // One a second would push out all others, and there is a history of them.
    if (event.eventType === 'system.host.sampled') return;
    if (event.eventType !== 'network.request.completed') {
      this.#system.push(event);
      return;
    }
    this.calls.push(event.call);
    this.#callEvents.push(event);
  }

  /** At or after `sinceMs`, oldest first, and whether any such event is no longer held. */
  since(sinceMs: number): { readonly events: readonly NetScopeEvent[]; readonly gap: boolean } {
    const rings = [this.#callEvents, this.#system];
    const events = rings
      .flatMap((ring): NetScopeEvent[] => [...ring.values()])
      .filter((event) => event.timestampMs >= sinceMs)
      .toSorted((a, b) => a.timestampMs - b.timestampMs);
    const gap = rings.some((ring) => (ring.lastEvicted?.timestampMs ?? -Infinity) >= sinceMs);
    return { events, gap };
  }
}
