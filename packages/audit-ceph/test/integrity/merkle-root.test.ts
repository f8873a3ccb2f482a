import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { rootOfChained } from '../../src/integrity/line-suffix.ts';
import { MerkleRoot } from '../../src/integrity/merkle-root.ts';
import { HashChain } from '../../src/spool/hash-chain.ts';

describe('MerkleRoot', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 1023])(
    'is the tree hash of RFC 6962 over %i leaves',
    (count) => {
      const leaves = Array.from({ length: count }, (_, index) =>
        sha256(Buffer.from(String(index))),
      );
      const tree = new MerkleRoot();
      for (const leaf of leaves) tree.add(leaf.toString('hex'));
      expect(tree.root()).toBe(treeHash(leaves).toString('hex'));
    },
  );

  it('is the hash of nothing over no leaf', () => {
    expect(new MerkleRoot().root()).toBe(treeHash([]).toString('hex'));
  });

  it('is had of chained lines without hashing them again', () => {
    const chain = new HashChain({
      node: 'n',
      epoch: '000000000001ab12',
      seq: 0,
      prev: '0'.repeat(64),
    });
    const lines = Buffer.alloc(100_000);
    const leaves: Buffer[] = [];
    let filled = 0;
    for (let count = 1; count <= 20; count += 1) {
      const start = filled;
      filled = chain.close(lines, start, start + lines.write(`{"count":${count}`, start));
      leaves.push(sha256(lines.subarray(start, filled - 1)));
      const root = rootOfChained(lines.subarray(0, filled), chain.head);
      expect(root).toBe(treeHash(leaves).toString('hex'));
    }
  });
});

/** Section 2.1 of RFC 6962, word for word. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return sha256(Buffer.concat([Buffer.from([0]), first]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split))];
  return sha256(Buffer.concat([Buffer.from([1]), left, right]));
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
