const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Chooses partitions: one key always the same (FNV-1a), records without a key in turn. */
export class Partitioner {
  readonly #partitions: number;
  #turn = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  partitionOf(key: Uint8Array | null): number {
    if (key !== null) return fnv1a(key) % this.#partitions;
    this.#turn = (this.#turn + 1) % this.#partitions;
    return this.#turn;
  }
}

function fnv1a(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}
