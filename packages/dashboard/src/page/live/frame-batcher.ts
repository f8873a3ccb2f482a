import type { PageEdges } from './page-edges.ts';

/** Nobody reads faster; drawing more often would only cost. */
const PAUSE_MS = 200;

/** Turns any number of changes into at most five redraws a second, each before a frame. */
export class FrameBatcher {
  readonly #edges: PageEdges;
  readonly #draw: () => void;
  #isPending = false;
  #lastDrawnMs = Number.NEGATIVE_INFINITY;

  constructor(edges: PageEdges, draw: () => void) {
    this.#edges = edges;
    this.#draw = draw;
  }

  /** Something changed that should be seen. */
  touch(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    const waitMs = this.#lastDrawnMs + PAUSE_MS - this.#edges.wallMs();
    this.#edges.after(
      () => this.#edges.onNextFrame(() => this.#flush()),
      Math.min(PAUSE_MS, Math.max(0, waitMs)),
    );
  }

  #flush(): void {
    this.#isPending = false;
    this.#lastDrawnMs = this.#edges.wallMs();
    this.#draw();
  }
}
