import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';

/** Takes a call on its way to the attempt. */
export type Inward = (call: CallState) => void;

/** Takes what a call's latest attempt, or its refusal, came to on its way back to the caller. */
export type Outward = (call: CallState, end: AttemptEnd) => void;

/** What lies on either side of a layer; `inward` is there when the first call comes. */
export interface Beside {
  inward: Inward;
  readonly outward: Outward;
}

/** What a layer does on either way; where it does nothing a call goes straight through. */
export interface Passage {
  readonly inward?: Inward;
  readonly outward?: Outward;
}

/**
 * One policy. Whatever it takes it passes on once, at once or later: further in, or outward with an
 * end. It is built once for all calls, keeps what is of one call in that call's state, and knows
 * nothing of its neighbours.
 */
export type Layer = (beside: Beside) => Passage;

/** Joins layers, the outermost first; `onEnd` takes what comes out of that. */
export function layered(layers: readonly Layer[], onEnd: Outward): Inward {
  const joints: { readonly beside: Beside; readonly passage: Passage }[] = [];
  let outward = onEnd;
  for (const layer of layers) {
    const beside: Beside = { inward: endless, outward };
    const passage = layer(beside);
    joints.push({ beside, passage });
    outward = passage.outward ?? outward;
  }
  return joints.reduceRight<Inward>((inward, { beside, passage }) => {
    beside.inward = inward;
    return passage.inward ?? inward;
  }, endless);
}

function endless(): never {
  throw new Error('the innermost layer passed a call further in');
}
