import type { Clock, Random, TimerHandle, Timers } from '@netscope/domain';

/** What the generator needs of the embedded source. */
export interface RecordIntake {
  append(
    topic: string,
    record: {
      readonly key: Uint8Array | null;
      readonly value: Uint8Array | null;
      readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
    },
  ): Promise<unknown>;
}

export interface GeneratorOptions {
  readonly intake: RecordIntake;
  /** Records a second. */
  readonly rate: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly onError: (error: unknown) => void;
}

export const DEMO_TOPICS = { orders: 'demo.orders', receipts: 'demo.receipts' } as const;

const TICK_MS = 50;
const CUSTOMERS = 200;
/** Of ten records, so many go to the upstream that stays well. */
const STEADY_SHARE = 0.3;

const text = new TextEncoder();

/** Appends orders and receipts at a steady rate, from `start` until it is disposed of. */
export class RecordGenerator implements Disposable {
  readonly #options: GeneratorOptions;
  #startedAtMs = 0;
  #timer: TimerHandle | undefined;
  #isOver = false;
  #made = 0;

  constructor(options: GeneratorOptions) {
    this.#options = options;
  }

  /** Begins; does nothing once it was disposed of. */
  start(): void {
    if (this.#isOver) return;
    this.#startedAtMs = this.#options.clock.monotonicMs();
    this.#tick();
  }

  /** Records appended so far. */
  get made(): number {
    return this.#made;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    if (this.#timer !== undefined) this.#options.timers.clear(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const { clock, rate, timers } = this.#options;
    const due = Math.floor(((clock.monotonicMs() - this.#startedAtMs) / 1000) * rate);
    while (this.#made < due) this.#append();
    this.#timer = timers.set(() => this.#tick(), TICK_MS);
  }

  #append(): void {
    const { random, intake, onError } = this.#options;
    this.#made += 1;
    const customer = `customer-${Math.floor(random.float() * CUSTOMERS)}`;
    const isReceipt = random.float() < STEADY_SHARE;
    const value = { id: this.#made, customer, amount_cents: Math.floor(random.float() * 20_000) };
    const appended = intake.append(isReceipt ? DEMO_TOPICS.receipts : DEMO_TOPICS.orders, {
      key: text.encode(customer),
      value: text.encode(JSON.stringify(value)),
      headers: [{ name: 'content-type', value: text.encode('application/json') }],
    });
    appended.catch(onError);
  }
}
