import { ParkGuard, type ParkGuardPolicy, type ParkShare } from '@netscope/domain';

import type { CompiledRoute } from './compiled-route.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import { accountableRoute } from './route-table.ts';

const MS_PER_SECOND = 1000;

/** Holds a route; false where it is held already. */
type HoldRoute = (route: string, reason: string) => boolean;

/**
 * Watches what share of each route's records is parked, and has a route paused that parks too many:
 * a wrong path or a changed format must not empty a topic into the dead letters. A record that cannot
 * be read where a route's match asks for its value counts with that route. Records that no route
 * matches are nobody's and not watched.
 */
export class ParkGuards {
  readonly #options: DeliveryEngineOptions;
  readonly #holdRoute: HoldRoute;
  readonly #guardByRoute = new Map<CompiledRoute, ParkGuard>();

  constructor(options: DeliveryEngineOptions, holdRoute: HoldRoute) {
    this.#options = options;
    this.#holdRoute = holdRoute;
    for (const route of options.routes.routes) {
      this.#guardByRoute.set(route, new ParkGuard(options.policy.parkGuard));
      this.#pausesOf(route);
    }
  }

  /** Hears what became of a record. */
  settled({ disposition }: Delivery, isParked: boolean): void {
    const route = accountableRoute(disposition);
    if (route === undefined) return;
    const nowMs = this.#options.clock.monotonicMs();
    const guard = this.#guardByRoute.get(route);
    if (!isParked) return guard?.noteEnded(nowMs);
    const tooMany = guard?.noteParked(nowMs);
    if (tooMany !== undefined) this.#trip(route, tooMany);
  }

  /** A record that was told as parked at that instant was cut off before its letter was written. */
  takeBack({ disposition }: Delivery, toldAtMs: number): void {
    const route = accountableRoute(disposition);
    if (route === undefined) return;
    this.#guardByRoute.get(route)?.takeBack(toldAtMs, this.#options.clock.monotonicMs());
  }

  /** A route goes on by an operator's word, and is judged by what comes from now on. */
  reset(routeName: string): void {
    for (const [route, guard] of this.#guardByRoute) {
      if (route.definition.name === routeName) guard.reset();
    }
  }

  #trip(route: CompiledRoute, share: ParkShare): void {
    const { name } = route.definition;
    const reason = sentence(share, this.#options.policy.parkGuard);
    if (!this.#holdRoute(name, reason)) return;
    this.#pausesOf(route).inc();
    this.#options.bus.publish({
      eventType: 'system.intake.changed',
      timestampMs: this.#options.clock.wallMs(),
      traceId: this.#options.processTraceId,
      severity: 'ERROR',
      target: 'route',
      name,
      action: 'pause',
      by: 'park_guard',
      state: 'paused',
      reason,
    });
  }

  #pausesOf({ definition }: CompiledRoute) {
    return this.#options.metrics.counter('park_guard_pauses_total', {
      route_group: definition.group,
    });
  }
}

function sentence({ parked, ended }: ParkShare, { ratio, windowMs }: ParkGuardPolicy): string {
  const seconds = windowMs / MS_PER_SECOND;
  return `${parked} of ${ended} records parked within ${seconds} s, more than park_guard.ratio ${ratio} allows`;
}
