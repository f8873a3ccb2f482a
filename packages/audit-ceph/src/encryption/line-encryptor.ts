import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';

import { CIPHER, type DataKey, lineContext, lineIv, TAG_BYTES } from './data-key.ts';
import { fieldsOfMask, TRAILER_BYTES } from './private-frame.ts';

/** More than the names, ids and the wrapped key of `encrypted` take, all fields chosen. */
const MEMBER_BYTES_MAX = 640;

/** What the main thread tells the writer of a data key, as JSON. */
export type DataKeyNote = Omit<DataKey, 'bytes'> & { readonly secret: string };

/** The text of a frame that hands a data key over. */
export function dataKeyNote({ bytes, keyId, day, wrapped }: DataKey): string {
  const note: DataKeyNote = { keyId, day, wrapped, secret: bytes.toString('base64') };
  return JSON.stringify(note);
}

/** The writer thread's end of encryption: turns the private part of a line into `encrypted`. */
export class LineEncryptor {
  readonly #place: { readonly node: string; readonly epoch: string };
  #secret: KeyObject | undefined;
  /** What `encrypted` says of the key, by the bits of the fields. */
  #heads = new Map<number, string>();
  #ofKey = '';

  constructor(place: { readonly node: string; readonly epoch: string }) {
    this.#place = { node: place.node, epoch: place.epoch };
  }

  /** Lines from here on are of this data key. */
  takeKey(text: string): void {
    const { keyId, day, wrapped, secret }: DataKeyNote = JSON.parse(text);
    this.#secret = createSecretKey(secret, 'base64');
    this.#ofKey = `"key_id":"${keyId}","day":"${day}","data_key":"${wrapped}","text":"`;
    this.#heads = new Map();
  }

  /** Bytes that a frame's line takes at most, without what closes it. */
  lineBytesMax(frameBytes: number): number {
    return Math.ceil((frameBytes * 4) / 3) + TAG_BYTES * 2 + MEMBER_BYTES_MAX;
  }

  /**
   * Replaces the private part of a frame that ends at `end`, in place; answers where the line ends
   * now. Nothing of the part is left behind that: what is written over it is longer.
   */
  encrypt(lines: Buffer, end: number, seq: number): number {
    const partBytes = lines.readInt32LE(end - TRAILER_BYTES);
    const mask = lines.readInt32LE(end - TRAILER_BYTES + 4);
    const start = end - TRAILER_BYTES - partBytes;
    if (partBytes === 0) return start;
    if (this.#secret === undefined) throw new Error('a line came before the key of its day');
    const part = lines.subarray(start, end - TRAILER_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secret, lineIv(seq));
    cipher.setAAD(lineContext(this.#place, seq));
    const sealed = Buffer.concat([cipher.update(part), cipher.final(), cipher.getAuthTag()]);
    const text = `${this.#head(mask)}${sealed.toString('base64')}"}`;
    return start + lines.write(text, start, 'latin1');
  }

  #head(mask: number): string {
    const known = this.#heads.get(mask);
    if (known !== undefined) return known;
    const made = `,"encrypted":{"fields":${JSON.stringify(fieldsOfMask(mask))},${this.#ofKey}`;
    this.#heads.set(mask, made);
    return made;
  }
}
