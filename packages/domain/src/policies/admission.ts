import type { WaitReason } from '../ports/outbound-gateway.ts';

/** An upstream's policies at one instant. */
export interface IntakeState {
  /** What an operator holds it back by. */
  readonly held: 'isolated' | 'paused' | undefined;
  /** 0 where no `Retry-After` holds the intake. */
  readonly throttledMs: number;
  /** Absent where the circuit lets one pass. */
  readonly circuitRefusal: { readonly retryAfterMs: number | undefined } | undefined;
  readonly permitsFree: number;
  /** Until the next token; 0 where there is one or no limit acts. */
  readonly tokenWaitMs: number;
}

export interface IntakeRefusal {
  readonly reason: WaitReason;
  readonly retryAfterMs: number | undefined;
}

/**
 * Whether an upstream takes one more call: absent where it does. What an operator holds comes first,
 * since nothing else can end it; then what only the upstream can end, and last what our own limits
 * hold back, so that nobody looks for a wrong limit.
 */
export function refuseIntake(state: IntakeState): IntakeRefusal | undefined {
  if (state.held !== undefined) return { reason: state.held, retryAfterMs: undefined };
  if (state.circuitRefusal !== undefined) {
    return { reason: 'circuit_open', retryAfterMs: state.circuitRefusal.retryAfterMs };
  }
  if (state.throttledMs > 0) return { reason: 'throttled', retryAfterMs: state.throttledMs };
  if (state.permitsFree <= 0) return { reason: 'bulkhead_full', retryAfterMs: undefined };
  if (state.tokenWaitMs > 0) return { reason: 'rate_limited', retryAfterMs: state.tokenWaitMs };
  return undefined;
}
