import type {
  Clock,
  IntakeControl,
  IntakeHold,
  IntakeOrder,
  IntakeOutcome,
} from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import { accountableRoute } from './route-table.ts';

export interface HoldParts {
  readonly clock: Clock;
  readonly topics: readonly string[];
  readonly routes: readonly string[];
  /** A topic is held, or no longer. */
  readonly onTopic: (topic: string, isHeld: boolean) => void;
  /** An operator let a route go. */
  readonly onRouteResumed: (route: string) => void;
  /** May be called again: its topic and route are free. */
  readonly onFree: (delivery: Delivery) => void;
}

/**
 * Topics that an operator paused and routes that their park guard paused. Their records wait here,
 * keys held, until somebody lets them go; no timer ends a hold, and no restart keeps one.
 */
export class IntakeHolds implements IntakeControl {
  readonly #parts: HoldParts;
  readonly #holdByTopic = new Map<string, IntakeHold>();
  readonly #holdByRoute = new Map<string, IntakeHold>();
  #kept: Delivery[] = [];

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  get holds(): readonly IntakeHold[] {
    return [...this.#holdByTopic.values(), ...this.#holdByRoute.values()];
  }

  /** Records that wait here. */
  get kept(): readonly Delivery[] {
    return this.#kept;
  }

  control({ target, name, action, reason }: IntakeOrder): IntakeOutcome {
    if (target === 'upstream') return { kind: 'unknown', known: [] };
    const known = target === 'topic' ? this.#parts.topics : this.#parts.routes;
    if (!known.includes(name)) return { kind: 'unknown', known };
    const changed =
      action === 'pause'
        ? this.hold({ target, name, by: 'operator', reason })
        : this.#letGo(target, name);
    return { kind: 'done', state: action === 'pause' ? 'paused' : 'running', changed };
  }

  /** Holds a topic or route from now on; false where it was held already: its reason is the newest. */
  hold(facts: Omit<IntakeHold, 'sinceMs'>): boolean {
    const { target, name } = facts;
    const holds = this.#holdsOf(target);
    const held = holds.get(name);
    holds.set(name, { ...facts, sinceMs: held?.sinceMs ?? this.#parts.clock.wallMs() });
    if (held !== undefined) return false;
    if (target === 'topic') this.#parts.onTopic(name, true);
    return true;
  }

  isTopicHeld(topic: string): boolean {
    return this.#holdByTopic.has(topic);
  }

  /** True where the record was kept back: its topic or its route is held. */
  keep(delivery: Delivery): boolean {
    if (!this.#isHeld(delivery)) return false;
    delivery.stage = 'held';
    this.#kept.push(delivery);
    return true;
  }

  /** Drops what it kept of leases that drain. */
  forgetDraining(): void {
    if (this.#kept.length > 0) this.#kept = this.#kept.filter(({ lease }) => !lease.draining);
  }

  #letGo(target: IntakeHold['target'], name: string): boolean {
    if (!this.#holdsOf(target).delete(name)) return false;
    if (target === 'topic') this.#parts.onTopic(name, false);
    else this.#parts.onRouteResumed(name);
    const kept = this.#kept;
    this.#kept = [];
    for (const delivery of kept) if (!this.keep(delivery)) this.#parts.onFree(delivery);
    return true;
  }

  #holdsOf(target: IntakeHold['target']): Map<string, IntakeHold> {
    return target === 'topic' ? this.#holdByTopic : this.#holdByRoute;
  }

  #isHeld({ record, disposition }: Delivery): boolean {
    if (this.#holdByTopic.size > 0 && this.#holdByTopic.has(record.topic)) return true;
    if (this.#holdByRoute.size === 0) return false;
    const route = accountableRoute(disposition);
    return route !== undefined && this.#holdByRoute.has(route.definition.name);
  }
}
