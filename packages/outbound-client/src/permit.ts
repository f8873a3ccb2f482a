import type { CallPermit, CircuitTicket } from '@netscope/domain';

export interface PermitFacts {
  readonly upstream: string;
  readonly admittedAtMs: number;
  readonly ticket: CircuitTicket;
  readonly probe: boolean;
}

/** Leave to make one call: used by it, or given back. */
export class Permit implements CallPermit {
  readonly upstream: string;
  readonly admittedAtMs: number;
  readonly probe: boolean;
  readonly ticket: CircuitTicket;
  readonly #giveBack: (permit: Permit) => void;
  #isHeld = true;

  constructor(facts: PermitFacts, giveBack: (permit: Permit) => void) {
    this.upstream = facts.upstream;
    this.admittedAtMs = facts.admittedAtMs;
    this.probe = facts.probe;
    this.ticket = facts.ticket;
    this.#giveBack = giveBack;
  }

  release(): void {
    if (this.use()) this.#giveBack(this);
  }

  /** Hands it to a call, which then gives it back; false where it is no longer held. */
  use(): boolean {
    const wasHeld = this.#isHeld;
    this.#isHeld = false;
    return wasHeld;
  }
}
