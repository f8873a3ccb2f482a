import { MerkleRoot } from './merkle-root.ts';

const NEWLINE = 0x0a;
/** How a line ends behind the hash of the one before: `"}}`. */
const END_BYTES = 3;
const HASH_DIGITS = 64;

/** `prev` of a line that ends before `end`, read from its fixed place; whatever stands there. */
export function prevBefore(lines: Buffer, end: number): string {
  const last = Math.max(0, end - END_BYTES);
  return lines.toString('latin1', Math.max(0, last - HASH_DIGITS), last);
}

/**
 * The Merkle root of lines that their writer has chained: each line's hash stands in the line
 * behind it, and the last one's is `head`, so that no line is hashed again.
 */
export function rootOfChained(lines: Buffer, head: string): string {
  const tree = new MerkleRoot();
  const first = lines.indexOf(NEWLINE);
  for (let start = first + 1; start > 0 && start < lines.length;) {
    const end = lines.indexOf(NEWLINE, start);
    if (end < 0) break;
    tree.add(prevBefore(lines, end));
    start = end + 1;
  }
  tree.add(head);
  return tree.root();
}
