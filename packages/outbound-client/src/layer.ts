import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';

/** What lies further in. Never rejects but for a defect of our own. */
export type Next = (call: CallState) => Promise<AttemptEnd>;

/** Wraps what lies further in with one policy; a layer knows nothing of its neighbours. */
export type Layer = (next: Next) => Next;

/** The first layer is outermost: it sees the call first and its end last. */
export function layered(innermost: Next, layers: readonly Layer[]): Next {
  return layers.reduceRight((next, layer) => layer(next), innermost);
}
