import type { JsonBytes, PrivateField, PrivatePart } from '@netscope/domain';
import { PRIVATE_FIELDS } from '@netscope/domain/plain';

/**
 * How a line's private part travels in the ring: behind the line, and behind it two words, its
 * length and a bit for each field that is in it. Only where fields are encrypted.
 */
export const TRAILER_BYTES = 8;

const trailer = Buffer.alloc(TRAILER_BYTES);

/** Ends a line with its private part, where it was written with one. */
export function appendPrivatePart(out: JsonBytes): void {
  const { privatePart } = out;
  if (privatePart === undefined) return;
  const part = privatePart.end();
  out.append(part);
  out.append(trailerOf(part, privatePart));
}

/** The same for a line that has bytes of its own, as a copy. */
export function frameText(line: JsonBytes): Uint8Array {
  const { privatePart } = line;
  if (privatePart === undefined) return Uint8Array.from(line.written());
  const part = privatePart.end();
  return Buffer.concat([line.written(), part, trailerOf(part, privatePart)]);
}

function trailerOf(part: Uint8Array, { mask }: PrivatePart): Buffer {
  trailer.writeInt32LE(part.length, 0);
  trailer.writeInt32LE(mask, 4);
  return trailer;
}

/** The fields of a trailer's bits, in the order of `PRIVATE_FIELDS`. */
export function fieldsOfMask(mask: number): readonly PrivateField[] {
  return PRIVATE_FIELDS.filter((_, index) => (mask & (1 << index)) !== 0);
}
