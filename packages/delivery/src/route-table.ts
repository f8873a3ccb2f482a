import { type ParkReason, RecordError, type RouteDefinition } from '@netscope/domain';

import { CompiledRoute } from './compiled-route.ts';
import type { RouteFault } from './compiled-templates.ts';
import type { RecordView } from './record-view.ts';

/** Where a record goes. `route` is absent only where none matched. */
export type Disposition =
  | { readonly kind: 'send'; readonly route: CompiledRoute }
  | {
      readonly kind: 'skip';
      readonly route: CompiledRoute;
      readonly reason: 'route' | 'null_value';
    }
  | {
      readonly kind: 'park';
      readonly route: CompiledRoute | undefined;
      /** The route whose match could not be judged: it is no more than suspected to be meant. */
      readonly suspect?: CompiledRoute | undefined;
      readonly reason: ParkReason;
      /** Why, as dead letter and audit event say it. */
      readonly error: { readonly code: string; readonly message: string };
    };

const PARK_REASON_BY_CODE: Readonly<Record<RecordError['code'], ParkReason>> = {
  RECORD_MALFORMED: 'malformed',
  RECORD_UNDECODABLE: 'undecodable',
  RECORD_TOO_LARGE: 'too_large',
  RECORD_UNROUTED: 'no_route',
};

/** The routes in their order; the first that matches wins. */
export class RouteTable {
  /** In their order. */
  readonly routes: readonly CompiledRoute[];

  private constructor(routes: readonly CompiledRoute[]) {
    this.routes = routes;
  }

  /** Compiles every route, or names all that is wrong in them. */
  static compile(
    definitions: readonly RouteDefinition[],
  ): { readonly table: RouteTable } | { readonly faults: readonly RouteFault[] } {
    const compiled = definitions.map((definition) => CompiledRoute.compile(definition));
    const faults = compiled.flatMap((one) => ('faults' in one ? one.faults : []));
    if (faults.length > 0) return { faults };
    return { table: new RouteTable(compiled.flatMap((one) => ('route' in one ? one.route : []))) };
  }

  /** Every topic that a route reads, once. */
  get topics(): readonly string[] {
    return [...new Set(this.routes.flatMap((route) => route.definition.topics))];
  }

  /** Says where a record goes; never throws for anything in it. */
  dispose(view: RecordView): Disposition {
    let judging: CompiledRoute | undefined;
    try {
      for (judging of this.routes) if (judging.matches(view)) return disposeBy(judging, view);
      return unrouted(view);
    } catch (error) {
      return { ...parked(error, undefined), suspect: judging };
    }
  }
}

/** Turns what makes a record unfit into its parking; anything else is a defect and goes on. */
export function parked(
  error: unknown,
  route: CompiledRoute | undefined,
): Extract<Disposition, { kind: 'park' }> {
  if (!(error instanceof RecordError)) throw error;
  return { kind: 'park', route, reason: PARK_REASON_BY_CODE[error.code], error };
}

/** The route on whose account a record goes where it goes: its guard counts it, its hold holds it. */
export function accountableRoute(disposition: Disposition): CompiledRoute | undefined {
  const { route } = disposition;
  return route ?? (disposition.kind === 'park' ? disposition.suspect : undefined);
}

function disposeBy(route: CompiledRoute, { record }: RecordView): Disposition {
  if (route.definition.action === 'skip') return { kind: 'skip', route, reason: 'route' };
  const isEmpty = record.value === null || record.value.length === 0;
  if (!isEmpty || route.definition.nullValue === 'send_empty') return { kind: 'send', route };
  if (route.definition.nullValue === 'skip') return { kind: 'skip', route, reason: 'null_value' };
  const what = record.value === null ? 'null' : 'empty';
  return parked(
    new RecordError('RECORD_MALFORMED', `the value is ${what} and null_value is park`, {
      kind: 'permanent',
    }),
    route,
  );
}

function unrouted({ record }: RecordView): Disposition {
  return parked(
    new RecordError('RECORD_UNROUTED', `no route matches this record of topic ${record.topic}`, {
      kind: 'permanent',
    }),
    undefined,
  );
}
