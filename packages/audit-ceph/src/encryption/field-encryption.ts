import { readFile } from 'node:fs/promises';

import {
  type Clock,
  ConfigError,
  isoTimestamp,
  type Log,
  type PrivateField,
  type TimerHandle,
  type Timers,
} from '@netscope/domain';

import { faultCode } from '../spool/fault-code.ts';
import { type DataKey, makeDataKey } from './data-key.ts';
import {
  type EncryptionKey,
  fileOfDay,
  hasDate,
  keyIn,
  readKeyFile,
  readOrMakeKeyFile,
} from './key-file.ts';
import { dataKeyNote } from './line-encryptor.ts';

const DAY_MS = 86_400_000;
/** A new key is taken this soon; a file of 65 bytes costs nothing to read. */
const LOOK_MS = 10_000;
/** Around midnight two days are written in turn. */
const DAYS_HELD = 3;

export interface EncryptionEdges {
  readonly node: string;
  readonly epoch: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Told when the key file cannot be used, and `undefined` when it can again. */
  readonly onTrouble: (reason: string | undefined) => void;
}

/**
 * The main thread's end of encryption: which data key the next event is encrypted with. Its key file
 * is looked at every 10 s. One that cannot be read while the process lives counts as unchanged, since
 * nothing may be written in clear and no delivery may wait for it; that is told.
 */
export class FieldEncryption {
  readonly fields: ReadonlySet<PrivateField>;
  readonly #keyFile: string;
  readonly #edges: EncryptionEdges;
  readonly #notes = new Map<number, Uint8Array>();
  #key: EncryptionKey;
  #day: number | undefined;
  #timer: TimerHandle | undefined;
  #isStopped = false;

  /**
   * `undefined` where no key file is configured.
   * @throws {ConfigError} where the first one cannot be used.
   */
  static open(
    options: { readonly keyFiles: readonly string[]; readonly fields: readonly PrivateField[] },
    edges: EncryptionEdges,
  ): FieldEncryption | undefined {
    const [keyFile] = options.keyFiles;
    if (keyFile === undefined || options.fields.length === 0) return undefined;
    return new FieldEncryption(keyFile, options.fields, edges);
  }

  private constructor(keyFile: string, fields: readonly PrivateField[], edges: EncryptionEdges) {
    this.#keyFile = keyFile;
    this.fields = new Set(fields);
    this.#edges = edges;
    try {
      this.#key = this.#keyOf(dayOf(edges.clock.wallMs()));
    } catch (error) {
      throw unusable(keyFile, error);
    }
    this.#tellKey();
    this.#look();
  }

  /** What the writer thread is to be told before an event of this time, where it is another key. */
  noteFor(timeMs: number): Uint8Array | undefined {
    const day = Math.floor(timeMs / DAY_MS);
    if (day === this.#day) return undefined;
    this.#day = day;
    return this.#notes.get(day) ?? this.#makeNote(day);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== undefined) this.#edges.timers.clear(this.#timer);
  }

  #makeNote(day: number): Uint8Array {
    const { node, epoch } = this.#edges;
    const date = dayOf(day * DAY_MS);
    if (hasDate(this.#keyFile)) this.#turnTo(date);
    const dataKey: DataKey = makeDataKey({ node, epoch, day: date }, this.#key);
    const note = Buffer.from(dataKeyNote(dataKey));
    for (const old of [...this.#notes.keys()].slice(0, 1 - DAYS_HELD)) this.#notes.delete(old);
    this.#notes.set(day, note);
    return note;
  }

  /** Takes the key of a day, which is made where there is none; else the one at hand goes on. */
  #turnTo(date: string): void {
    try {
      this.#take(this.#keyOf(date));
      this.#edges.onTrouble(undefined);
    } catch (error) {
      this.#fail(fileOfDay(this.#keyFile, date), error);
    }
  }

  #keyOf(date: string): EncryptionKey {
    const name = this.#keyFile;
    const nowMs = this.#edges.clock.wallMs();
    return hasDate(name) ? readOrMakeKeyFile(name, { day: date, nowMs }) : readKeyFile(name);
  }

  #look(): void {
    this.#timer = this.#edges.timers.background(() => void this.#lookAgain(), LOOK_MS);
  }

  async #lookAgain(): Promise<void> {
    await this.#readAnew();
    if (!this.#isStopped) this.#look();
  }

  async #readAnew(): Promise<void> {
    const date = dayOf(this.#edges.clock.wallMs());
    const file = fileOfDay(this.#keyFile, date);
    try {
      const text = await readFile(file, 'utf8');
      this.#renew(keyIn(text, file));
    } catch (error) {
      if (hasDate(this.#keyFile) && faultCode(error) === 'ENOENT') this.#makeAnew(date);
      else this.#fail(file, error);
    }
  }

  /** A day's key that was destroyed while the day lasts: what follows is of another. */
  #makeAnew(date: string): void {
    try {
      this.#renew(this.#keyOf(date));
    } catch (error) {
      this.#fail(fileOfDay(this.#keyFile, date), error);
    }
  }

  #renew(key: EncryptionKey): void {
    if (key.id !== this.#key.id) {
      this.#notes.clear();
      this.#day = undefined;
    }
    this.#take(key);
    this.#edges.onTrouble(undefined);
  }

  #take(key: EncryptionKey): void {
    if (key.id === this.#key.id) return;
    this.#key = key;
    this.#tellKey();
  }

  #tellKey(): void {
    const { log } = this.#edges;
    log.info('audit.encryption_key', 'Chosen fields are encrypted with this key.', {
      key_id: this.#key.id,
      file: this.#keyFile,
    });
  }

  #fail(file: string, error: unknown): void {
    this.#edges.onTrouble(
      `encryption: ${reasonOf(file, error)}; the key in memory goes on, and what it encrypts can be read only with a copy of it`,
    );
  }
}

/** The UTC day of an instant, as `2026-11-21`. */
function dayOf(ms: number): string {
  return isoTimestamp(ms).slice(0, 10);
}

function unusable(keyFile: string, error: unknown): ConfigError {
  return new ConfigError([
    {
      path: 'audit.encryption.key_files.0',
      where: 'the configuration',
      found: reasonOf(keyFile, error),
      expected: 'a file with 32 bytes in hex or base64, as "openssl rand -hex 32" makes them',
    },
  ]);
}

function reasonOf(file: string, error: unknown): string {
  const code = faultCode(error);
  if (/^E[A-Z]+$/.test(code)) return `${file}, which cannot be used (${code})`;
  return error instanceof Error ? error.message : String(error);
}
