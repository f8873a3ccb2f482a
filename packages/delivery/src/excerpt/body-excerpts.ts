import { isUtf8 } from 'node:buffer';

import { type AuditExcerpt, type ExcerptDefinition, EXCERPT_BYTES_MAX } from '@netscope/domain';

import { JSON_DEPTH_MAX } from '../record-json.ts';
import { JsonScanner } from './json-scanner.ts';
import { type NamedStep, PathNode } from './path-tree.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
/** Stands for an item of a list of which nothing is shown, where a later one is. */
const HOLE = Buffer.from(',null');

type Unread = NonNullable<AuditExcerpt['unread']>;

/** There was nothing to show. */
export const NOTHING: AuditExcerpt = { json: undefined, omitted: 0, unread: undefined };

/** What is kept free for brackets that have to be closed, and a comma before each. */
const CLOSING_BYTES = 2 * (JSON_DEPTH_MAX + 1);
const ROOM = EXCERPT_BYTES_MAX.body - CLOSING_BYTES;
const NO_BYTES = new Uint8Array();

/**
 * Reads out of JSON bodies what paths allow, and nothing else: names come from the paths alone, texts
 * and numbers are copied as they are written. Nothing of a body is kept.
 */
export class BodyExcerpts {
  readonly #root: PathNode;
  readonly #scanner = new JsonScanner();
  readonly #out = Buffer.alloc(EXCERPT_BYTES_MAX.body);
  #outAt = 0;
  /** Values written so far. */
  #shown = 0;
  #omitted = 0;
  #unread: Unread = 'not_json';
  /** Objects met so far, of all bodies: it numbers them. */
  #objects = 0;
  #depth = 0;

  constructor(paths: ExcerptDefinition['paths']) {
    this.#root = PathNode.of(paths);
  }

  /** What is allowed of a body; it takes any bytes. */
  of(body: Uint8Array): AuditExcerpt {
    if (body.length === 0 || this.#root.isLeaf) return NOTHING;
    if (body.length > EXCERPT_BYTES_MAX.read) return unread('too_large');
    if (!isUtf8(body)) return unread('not_utf8');
    this.#begin(body);
    const isRead = this.#value(this.#root) && this.#scanner.peek() < 0;
    this.#scanner.begin(NO_BYTES);
    if (!isRead) return unread(this.#unread);
    if (this.#outAt === 0) return this.#omitted === 0 ? NOTHING : this.#excerpt(undefined);
    return this.#excerpt(Uint8Array.from(this.#out.subarray(0, this.#outAt)));
  }

  #begin(body: Uint8Array): void {
    this.#scanner.begin(body);
    this.#outAt = 0;
    this.#shown = 0;
    this.#omitted = 0;
    this.#unread = 'not_json';
    this.#depth = 0;
  }

  #excerpt(json: Uint8Array | undefined): AuditExcerpt {
    return { json, omitted: this.#omitted, unread: undefined };
  }

  /** Passes one value, and writes of it what is allowed; false where it is not to be read. */
  #value(node: PathNode | undefined): boolean {
    const scanner = this.#scanner;
    const first = scanner.peek();
    if (first !== OPENING_BRACE && first !== OPENING_BRACKET) return this.#scalar(first, node);
    // What a producer puts below it tomorrow was never allowed.
    if (node?.isEnd === true && node.isLeaf) this.#omitted += 1;
    if (this.#depth === JSON_DEPTH_MAX) return this.#fail('too_deep');
    this.#depth += 1;
    scanner.at += 1;
    const isRead = first === OPENING_BRACE ? this.#object(node) : this.#list(node);
    this.#depth -= 1;
    return isRead;
  }

  #scalar(first: number, node: PathNode | undefined): boolean {
    const scanner = this.#scanner;
    const start = scanner.at;
    if (!scanner.passScalar(first)) return false;
    if (node?.isEnd !== true) return true;
    if (first === QUOTE && scanner.hasEscape && !this.#isUnicode(start)) this.#omitted += 1;
    else this.#copy(start, scanner.at);
    return true;
  }

  /** Half of a surrogate pair, which JSON may escape, makes readers refuse the whole line. */
  #isUnicode(start: number): boolean {
    const text: unknown = JSON.parse(this.#textFrom(start));
    return typeof text === 'string' && text.isWellFormed();
  }

  /** What was passed since `start`. */
  #textFrom(start: number): string {
    const { bytes, at } = this.#scanner;
    return Buffer.from(bytes.subarray(start, at)).toString();
  }

  #fail(reason: Unread): false {
    this.#unread = reason;
    return false;
  }

  #object(node: PathNode | undefined): boolean {
    const scanner = this.#scanner;
    if (scanner.pass(CLOSING_BRACE)) return true;
    this.#objects += 1;
    const id = this.#objects;
    const start = this.#outAt;
    do {
      if (!this.#member(node, id)) return false;
    } while (scanner.pass(COMMA));
    this.#close(start, OPENING_BRACE, CLOSING_BRACE);
    return scanner.pass(CLOSING_BRACE);
  }

  #member(node: PathNode | undefined, id: number): boolean {
    const scanner = this.#scanner;
    if (scanner.peek() !== QUOTE) return false;
    const start = scanner.at;
    if (!scanner.passString()) return false;
    const step = node === undefined ? undefined : this.#stepOf(node, start);
    if (!scanner.pass(COLON)) return false;
    if (step === undefined) return this.#value(undefined);
    if (step.metIn === id) return this.#fail('repeated_name');
    step.metIn = id;
    return this.#named(step);
  }

  /** The step by the name that was passed, which began at `start`. */
  #stepOf({ steps }: PathNode, start: number): NamedStep | undefined {
    if (!this.#scanner.hasEscape) {
      for (const step of steps) if (this.#isAt(start + 1, step.bytes)) return step;
      return undefined;
    }
    const name: unknown = JSON.parse(this.#textFrom(start));
    return steps.find((step) => step.name === name);
  }

  /** Whether the name that was passed, which began at `start`, is this text. */
  #isAt(start: number, text: Uint8Array): boolean {
    const { bytes, at } = this.#scanner;
    if (at - 1 - start !== text.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (bytes[start + index] !== text[index]) return false;
    }
    return true;
  }

  #named({ label, to }: NamedStep): boolean {
    const start = this.#outAt;
    // Where its name finds no room its value must not either, so that it is counted.
    if (!this.#write(label, 0, label.length)) this.#outAt = Math.max(start, ROOM);
    const valueStart = this.#outAt;
    if (!this.#value(to)) return false;
    if (this.#outAt === valueStart) this.#outAt = start;
    return true;
  }

  #list(node: PathNode | undefined): boolean {
    const scanner = this.#scanner;
    if (scanner.pass(CLOSING_BRACKET)) return true;
    const inside = node?.hasItems === true ? node : undefined;
    const start = this.#outAt;
    let holes = 0;
    let index = 0;
    do {
      const shown = this.#outAt;
      if (!this.#item(inside?.item(index), holes)) return false;
      holes = this.#outAt === shown ? holes + 1 : 0;
      index += 1;
    } while (scanner.pass(COMMA));
    this.#close(start, OPENING_BRACKET, CLOSING_BRACKET);
    return scanner.pass(CLOSING_BRACKET);
  }

  #item(node: PathNode | undefined, holes: number): boolean {
    if (node === undefined) return this.#value(undefined);
    const start = this.#outAt;
    const shown = this.#shown;
    this.#out[start] = COMMA;
    this.#outAt = start + 1;
    if (!this.#value(node)) return false;
    if (this.#outAt > start + 1 && this.#openHoles(start, holes)) return true;
    this.#outAt = start;
    this.#omitted += this.#shown - shown;
    this.#shown = shown;
    return true;
  }

  /** Puts holes before what was written since `start`, so that an item keeps its place. */
  #openHoles(start: number, holes: number): boolean {
    const bytes = holes * HOLE.length;
    if (this.#outAt + bytes > ROOM) return holes === 0;
    this.#out.copyWithin(start + bytes, start, this.#outAt);
    for (let at = start; at < start + bytes; at += HOLE.length) this.#out.set(HOLE, at);
    this.#outAt += bytes;
    return true;
  }

  /** Ends what begins at `start`, where the first comma makes way for the opening. */
  #close(start: number, opening: number, closing: number): void {
    if (this.#outAt === start) return;
    this.#out[start] = opening;
    this.#out[this.#outAt] = closing;
    this.#outAt += 1;
  }

  /** A scalar of the body, where it finds room. */
  #copy(start: number, end: number): void {
    if (this.#write(this.#scanner.bytes, start, end)) this.#shown += 1;
    else this.#omitted += 1;
  }

  #write(bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.#outAt;
    if (at + end - start > ROOM) return false;
    for (let index = start; index < end; index += 1) {
      this.#out[at + index - start] = bytes[index] ?? 0;
    }
    this.#outAt = at + end - start;
    return true;
  }
}

function unread(reason: Unread): AuditExcerpt {
  return { json: undefined, omitted: 0, unread: reason };
}
