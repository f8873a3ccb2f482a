declare const timerHandle: unique symbol;

/** Names one pending timer. */
export interface TimerHandle {
  readonly [timerHandle]?: never;
}

/** Runs callbacks later. A pending timer keeps the process alive unless it is set as `background`. */
export interface Timers {
  /** Runs `callback` once, `delayMs` from now or as soon after as the event loop allows. */
  set(callback: () => void, delayMs: number): TimerHandle;
  /** As `set`, but does not keep the process alive. */
  background(callback: () => void, delayMs: number): TimerHandle;
  /** Forgets it; does nothing where it has run. */
  clear(handle: TimerHandle): void;
}
