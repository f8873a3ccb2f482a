import type { RecordToProduce } from '@netscope/test-support/services';

/** Records with keys that come round and a value that names each. */
export function records(count: number, keys: number, from = 0): readonly RecordToProduce[] {
  return Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return {
      key: `key-${id % keys}`,
      value: JSON.stringify({ id, amount: (id * 7919) % 10_000, note: 'x'.repeat(400) }),
    };
  });
}
