export interface CircuitPermitOptions {
  /** First opening; each further one without a success between doubles it. */
  readonly openMs: number;
  readonly openMaxMs: number;
  /** How long a half-open probe may take, from its admission and again from its attempt's start. */
  readonly probeMaxMs: number;
}

/** Leave given by one state of the circuit; it says nothing about any later state. */
export interface CircuitTicket {
  readonly epoch: number;
  readonly probe: boolean;
}

/** What one attempt tells about the upstream; `unheard`: nothing. */
export type CircuitVerdict = 'success' | 'failure' | 'unheard';

export type CircuitAnswer =
  | { readonly kind: 'admitted'; readonly ticket: CircuitTicket }
  /** `retryAfterMs` is absent while a probe is out, and while isolated. */
  | { readonly kind: 'refused'; readonly retryAfterMs: number | undefined };

/** What a verdict was worth: a sample of a closed circuit, the probe's answer, or nothing. */
export type CircuitHearing = 'sample' | 'probe' | 'ignored';

export type CircuitChange = 'half_open' | 'probe_lost';

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'half_open'; readonly probeExpiresAtMs: number | undefined }
  /** Held open by an operator; time and answers change nothing. */
  | { readonly kind: 'isolated' };

const CLOSED: State = { kind: 'closed' };
const ISOLATED: State = { kind: 'isolated' };
const PROBE_FREE: State = { kind: 'half_open', probeExpiresAtMs: undefined };
/** Jitter of an opening: a tenth either way, so that replicas do not probe together. */
const JITTER = 0.2;
const DOUBLINGS_MAX = 30;

/**
 * Who may pass a circuit, and whose answer counts. Every change of state begins an epoch: a
 * straggler admitted in an earlier one settles nothing. Half-open admits one probe; a probe that is
 * given back or lost does not hold the circuit. Instants are monotonic, ms.
 */
export class CircuitPermits {
  readonly #options: CircuitPermitOptions;
  #state: State = CLOSED;
  #ticket: CircuitTicket = { epoch: 0, probe: false };
  #openings = 0;
  #consecutiveFailures = 0;

  constructor(options: CircuitPermitOptions) {
    this.#options = options;
  }

  get state(): State['kind'] {
    return this.#state.kind;
  }

  /** Failures heard since the last success; 0 after any change. */
  get consecutiveFailures(): number {
    return this.#consecutiveFailures;
  }

  /** When `lapse` has something to do; absent while only an answer can change the state. */
  get lapsesAtMs(): number | undefined {
    if (this.#state.kind === 'open') return this.#state.untilMs;
    return this.#state.kind === 'half_open' ? this.#state.probeExpiresAtMs : undefined;
  }

  /** Whether `admit` would refuse, and for how long; changes nothing. */
  refusal(nowMs: number): { readonly retryAfterMs: number | undefined } | undefined {
    if (this.#state.kind === 'closed') return undefined;
    if (this.#state.kind === 'open') {
      return { retryAfterMs: Math.max(0, this.#state.untilMs - nowMs) };
    }
    if (this.#state.kind === 'isolated') return { retryAfterMs: undefined };
    return this.#state.probeExpiresAtMs === undefined ? undefined : { retryAfterMs: undefined };
  }

  /** Leave for one attempt; in half-open it is the probe. Call `lapse` first. */
  admit(nowMs: number): CircuitAnswer {
    const refusal = this.refusal(nowMs);
    if (refusal !== undefined) return { kind: 'refused', retryAfterMs: refusal.retryAfterMs };
    if (this.#state.kind === 'half_open') this.#startProbe(nowMs);
    return { kind: 'admitted', ticket: this.#ticket };
  }

  /** Whether a ticket still speaks for the state; a probe's time starts anew. */
  begin(ticket: CircuitTicket, nowMs: number): boolean {
    if (ticket.epoch !== this.#ticket.epoch) return false;
    if (ticket.probe) this.#extendProbe(nowMs);
    return true;
  }

  /** Takes one verdict; the caller then records the sample, or opens or closes by the probe. */
  hear(ticket: CircuitTicket, verdict: CircuitVerdict): CircuitHearing {
    if (ticket.epoch !== this.#ticket.epoch || !this.#isListening()) return 'ignored';
    if (verdict === 'unheard') {
      this.release(ticket);
      return 'ignored';
    }
    if (ticket.probe) return 'probe';
    this.#consecutiveFailures = verdict === 'success' ? 0 : this.#consecutiveFailures + 1;
    return 'sample';
  }

  /** Gives a ticket back unused; true where that frees the probe's place. */
  release(ticket: CircuitTicket): boolean {
    if (!ticket.probe || ticket.epoch !== this.#ticket.epoch) return false;
    this.#enter(PROBE_FREE);
    return true;
  }

  /** Opens, for longer each time until a success; returns for how long. `chance` in [0, 1). */
  open(nowMs: number, chance: number): number {
    const { openMs, openMaxMs } = this.#options;
    const plainMs = Math.min(openMaxMs, openMs * 2 ** Math.min(this.#openings, DOUBLINGS_MAX));
    const durationMs = Math.min(openMaxMs, plainMs * (1 - JITTER / 2 + JITTER * chance));
    this.#openings += 1;
    this.#enter({ kind: 'open', untilMs: nowMs + durationMs });
    return durationMs;
  }

  /** A probe succeeded. */
  close(): void {
    this.#openings = 0;
    this.#enter(CLOSED);
  }

  /** An operator holds it open: nobody passes until `liberate`, and nothing that is heard counts. */
  isolate(): void {
    this.#enter(ISOLATED);
  }

  /** Ends an isolation: half-open, so that one probe says how the upstream is. */
  liberate(): void {
    this.#openings = 0;
    this.#enter(PROBE_FREE);
  }

  /**
   * What time alone has changed: an opening that is over is half-open now; a probe that never
   * settled is lost, and the caller opens again.
   */
  lapse(nowMs: number): CircuitChange | undefined {
    const atMs = this.lapsesAtMs;
    if (atMs === undefined || nowMs < atMs) return undefined;
    if (this.#state.kind === 'half_open') return 'probe_lost';
    this.#enter(PROBE_FREE);
    return 'half_open';
  }

  #isListening(): boolean {
    return this.#state.kind === 'closed' || this.#state.kind === 'half_open';
  }

  #startProbe(nowMs: number): void {
    this.#enter({ kind: 'half_open', probeExpiresAtMs: nowMs + this.#options.probeMaxMs });
    this.#ticket = { epoch: this.#ticket.epoch, probe: true };
  }

  #extendProbe(nowMs: number): void {
    this.#state = { kind: 'half_open', probeExpiresAtMs: nowMs + this.#options.probeMaxMs };
  }

  #enter(state: State): void {
    this.#state = state;
    this.#ticket = { epoch: this.#ticket.epoch + 1, probe: false };
    this.#consecutiveFailures = 0;
  }
}
