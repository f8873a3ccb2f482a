/** One metric over one stretch of time. */
export interface MetricSpan {
  /** Its number in the history's dictionary, 16 bits. */
  readonly id: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

const ENTRY_BYTES = 26;

/** Packs every metric of one stretch into one row: id, min, max, mean. */
export function encodeSpans(spans: readonly MetricSpan[]): Uint8Array {
  const bytes = new Uint8Array(spans.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { id, min, max, mean }] of spans.entries()) {
    const at = index * ENTRY_BYTES;
    view.setUint16(at, id);
    view.setFloat64(at + 2, min);
    view.setFloat64(at + 10, max);
    view.setFloat64(at + 18, mean);
  }
  return bytes;
}

/** What a row holds; the rest of one that was cut is left out. */
export function decodeSpans(bytes: Uint8Array): readonly MetricSpan[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / ENTRY_BYTES);
  return Array.from({ length: count }, (_, index) => spanAt(view, index * ENTRY_BYTES));
}

/** One metric of a row; undefined where the row does not have it. */
export function decodeSpan(bytes: Uint8Array, id: number): MetricSpan | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + ENTRY_BYTES <= bytes.byteLength; at += ENTRY_BYTES) {
    if (view.getUint16(at) === id) return spanAt(view, at);
  }
  return undefined;
}

function spanAt(view: DataView, at: number): MetricSpan {
  return {
    id: view.getUint16(at),
    min: view.getFloat64(at + 2),
    max: view.getFloat64(at + 10),
    mean: view.getFloat64(at + 18),
  };
}

/** Adds up spans of one metric; the mean weighs every span alike. */
export class SpanSum {
  #min = Infinity;
  #max = -Infinity;
  #sum = 0;
  #count = 0;

  add({ min, max, mean }: Omit<MetricSpan, 'id'>): void {
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#sum += mean;
    this.#count += 1;
  }

  /** Of at least one span. */
  get total(): Omit<MetricSpan, 'id'> {
    // Rounding must not put the mean outside.
    const mean = Math.min(this.#max, Math.max(this.#min, this.#sum / this.#count));
    return { min: this.#min, max: this.#max, mean };
  }
}
