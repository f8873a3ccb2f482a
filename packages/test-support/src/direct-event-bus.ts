import type { EventBus, EventListener, NetScopeEvent } from '@netscope/domain';

/** Tells every listener at once, in the order they came; a listener that throws harms nobody. */
export class DirectEventBus implements EventBus {
  readonly published: NetScopeEvent[] = [];
  readonly #listeners = new Set<EventListener>();

  get listeners(): number {
    return this.#listeners.size;
  }

  publish(event: NetScopeEvent): void {
    this.published.push(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // The port's promise: one listener's fault is nobody else's.
      }
    }
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
