import type { NetScopeEvent } from '../events/netscope-event.ts';

export type EventListener = (event: NetScopeEvent) => void;

/** Tells in-process subscribers what happens. Never blocks; a listener that throws harms nobody. */
export interface EventBus {
  publish(event: NetScopeEvent): void;
  /** Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void;
}
