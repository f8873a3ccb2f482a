import { hash } from 'node:crypto';

const LEAF = 0;
const NODE = 1;
const HASH_BYTES = 32;

/**
 * The root of a Merkle tree over SHA-256 digests of lines, as RFC 6962 has it (section 2.1): a leaf
 * is hashed behind a byte 0, two nodes behind a byte 1, so that neither can be taken for the other.
 * Leaves are added in order; memory grows with the logarithm of their number.
 */
export class MerkleRoot {
  /** Roots of the complete trees so far, by height; as latin1 text, which hashing gives fastest. */
  readonly #trees: (string | undefined)[] = [];
  readonly #leaf = Buffer.alloc(1 + HASH_BYTES, LEAF);
  readonly #node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

  /** Adds the SHA-256 of one line, lower-case hex. */
  add(lineSha256: string): void {
    this.#leaf.write(lineSha256, 1, 'hex');
    let root = hash('sha256', this.#leaf, 'binary');
    let height = 0;
    for (let left = this.#trees[0]; left !== undefined; left = this.#trees[height]) {
      root = this.#join(left, root);
      this.#trees[height] = undefined;
      height += 1;
    }
    this.#trees[height] = root;
  }

  /** Lower-case hex; of no leaf at all, the SHA-256 of nothing. */
  root(): string {
    const root = this.#trees.reduce(
      (right, left) =>
        right === undefined || left === undefined ? (left ?? right) : this.#join(left, right),
      undefined,
    );
    return root === undefined ? hash('sha256', '') : Buffer.from(root, 'latin1').toString('hex');
  }

  #join(left: string, right: string): string {
    this.#node.write(left, 1, 'latin1');
    this.#node.write(right, 1 + HASH_BYTES, 'latin1');
    return hash('sha256', this.#node, 'binary');
  }
}
