import type { EventBus, EventListener, Log, NetScopeEvent } from '@netscope/domain';

/** Tells every subscriber in turn, in the order they came; one that throws is logged once. */
export class InProcessEventBus implements EventBus {
  readonly #log: Pick<Log, 'error'>;
  /** Replaced whole, never changed: a publish under way keeps the list it began with. */
  #listeners: readonly EventListener[] = [];
  readonly #told = new WeakSet<EventListener>();

  constructor(log: Pick<Log, 'error'>) {
    this.#log = log;
  }

  publish(event: NetScopeEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#tell(listener, event, error);
      }
    }
  }

  subscribe(listener: EventListener): () => void {
    // A closure of its own, so that the same function may listen twice and leave once.
    const own: EventListener = (event) => listener(event);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
  }

  #tell(listener: EventListener, event: NetScopeEvent, error: unknown): void {
    if (this.#told.has(listener)) return;
    this.#told.add(listener);
    this.#log.error('event_bus.listener_failed', error, {
      event_type: event.eventType,
      trace_id: event.traceId,
    });
  }
}
