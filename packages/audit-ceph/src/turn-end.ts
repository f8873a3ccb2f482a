/** Tells once at the end of each turn of the event loop in which something was noted. */
export class TurnEnd {
  readonly #onEnd: () => void;
  #isNoted = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  note(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#isNoted = false;
    this.#onEnd();
  };
}
