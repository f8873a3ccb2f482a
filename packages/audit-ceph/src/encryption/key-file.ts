import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What stands for the UTC day in the name of a key file. */
export const DATE_MARK = '{date}';

const KEY_BYTES = 32;
const KEY_ID_DIGITS = 16;
const OWNER_ONLY = 0o600;
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** A key in the making. */
const PART_ENDING = String.raw`\.[0-9a-f]{16}\.part`;
/** It takes milliseconds. */
const PART_LASTS_MS = 60_000;
const DATE = String.raw`\d{4}-\d{2}-\d{2}`;

/** A key that wraps data keys. */
export interface EncryptionKey {
  /** Names the key and tells nothing of it. */
  readonly id: string;
  readonly secret: KeyObject;
}

/** Reads the text of a key file; `undefined` where it is not 32 bytes in hex or base64. */
export function parseKey(text: string): EncryptionKey | undefined {
  const trimmed = text.trim();
  if (HEX.test(trimmed)) return keyOf(Buffer.from(trimmed, 'hex'));
  return BASE64.test(trimmed) ? keyOf(Buffer.from(trimmed, 'base64')) : undefined;
}

/**
 * The key in a file.
 * @throws {Error} saying what is wrong with the file, never quoting it.
 */
export function readKeyFile(file: string): EncryptionKey {
  return keyIn(readFileSync(file, 'utf8'), file);
}

/** The same for a text that was read already. @throws {Error} */
export function keyIn(text: string, file: string): EncryptionKey {
  const key = parseKey(text);
  if (key !== undefined) return key;
  throw new Error(
    `${file} holds ${text.trim().length} characters where 64 hex digits or base64 of 32 bytes are due, as "openssl rand -hex 32" makes them`,
  );
}

/**
 * The key of a day, whose file is made where it is not there: only its owner may read it, and it is
 * on disk before it is used. Of two who make it at once, both take the one that was first. What a
 * crash left of the making, which may be a copy of a key, is removed.
 * @throws {Error}
 */
export function readOrMakeKeyFile(
  name: string,
  at: { readonly day: string; readonly nowMs: number },
): EncryptionKey {
  const file = fileOfDay(name, at.day);
  removeLeftParts(name, at.nowMs);
  if (!existsSync(file)) makeKeyFile(file);
  return readKeyFile(file);
}

/** The key files that a configured name stands for and that are there now, in the order of names. */
export function presentKeyFiles(name: string): readonly string[] {
  if (!hasDate(name)) return existsSync(name) ? [name] : [];
  return existsSync(dirname(name)) ? filesLike(name, '') : [];
}

/** Whether a configured name stands for a file for each day. */
export function hasDate(name: string): boolean {
  return basename(name).includes(DATE_MARK);
}

/** The file of a day such as `2026-11-21`; the file itself where the name has no date. */
export function fileOfDay(name: string, day: string): string {
  return join(dirname(name), basename(name).replace(DATE_MARK, day));
}

function keyOf(bytes: Buffer): EncryptionKey {
  const id = createHash('sha256').update('netscope audit.encryption\n').update(bytes).digest('hex');
  return { id: id.slice(0, KEY_ID_DIGITS), secret: createSecretKey(bytes) };
}

/** Files of a name with a date, of any day, with that ending (a pattern), in the order of names. */
function filesLike(name: string, ending: string): readonly string[] {
  const folder = dirname(name);
  const [before = '', after = ''] = basename(name).split(DATE_MARK).map(escaped);
  const pattern = new RegExp(`^${before}${DATE}${after}${ending}$`);
  const names = readdirSync(folder).filter((one) => pattern.test(one));
  return names.toSorted().map((one) => join(folder, one));
}

/** Those of another process may be in the making. */
function removeLeftParts(name: string, nowMs: number): void {
  for (const part of filesLike(name, PART_ENDING)) {
    const madeMs = statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - madeMs > PART_LASTS_MS) rmSync(part, { force: true });
  }
}

function makeKeyFile(file: string): void {
  const part = `${file}.${randomBytes(8).toString('hex')}.part`;
  const fd = openSync(part, 'wx', OWNER_ONLY);
  try {
    writeSync(fd, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
    fsyncSync(fd);
    // A link never replaces what another replica has made meanwhile.
    linkSync(part, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    closeSync(fd);
    rmSync(part, { force: true });
  }
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
