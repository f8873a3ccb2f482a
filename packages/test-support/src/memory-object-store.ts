import { createHash } from 'node:crypto';

import {
  type ObjectHead,
  type ObjectStore,
  type ObjectToPut,
  StorageError,
} from '@netscope/domain';

interface Stored {
  readonly body: Uint8Array;
  readonly head: ObjectHead;
}

/** An object store in memory that fails, or never answers, when told to. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Stored>();
  /** Every operation ends in it while it is set. */
  failure: StorageError | undefined;
  /** While set, no operation ends before its signal aborts. */
  isFrozen = false;
  /** A put lands although its caller is told `failure`. */
  landsAnyway = false;
  /** Puts asked for, those that failed included. */
  puts = 0;

  async put(object: ObjectToPut, signal: AbortSignal): Promise<void> {
    this.puts += 1;
    if (this.landsAnyway) this.#store(object);
    await this.#gate(signal);
    this.#store(object);
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    await this.#gate(signal);
    return this.#objects.get(key)?.head;
  }

  async *list(
    { prefix, after = '' }: Parameters<ObjectStore['list']>[0],
    signal: AbortSignal,
  ): AsyncIterable<string> {
    await this.#gate(signal);
    const keys = [...this.#objects.keys()].toSorted();
    yield* keys.filter((key) => key.startsWith(prefix) && key > after);
  }

  async get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    await this.#gate(signal);
    return this.#objects.get(key)?.body;
  }

  async probe(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>> {
    await this.#gate(signal);
    return { bucket: true, versioned: false, object_lock: false, conditional_put: true };
  }

  #store({ key, body, metadata }: ObjectToPut): void {
    const etag = createHash('md5').update(body).digest('hex');
    const existing = this.#objects.get(key);
    if (existing !== undefined && existing.head.etag !== etag) throw conflict();
    const head = { key, bytes: body.length, etag, metadata };
    this.#objects.set(key, { body: body.slice(), head });
  }

  async #gate(signal: AbortSignal): Promise<void> {
    if (this.isFrozen) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (signal.aborted) throw timeout();
    if (this.failure !== undefined) throw this.failure;
  }
}

function conflict(): StorageError {
  return new StorageError('STORAGE_REFUSED', 'the key holds another object', {
    kind: 'transient',
    details: { reason: 'conflict' },
  });
}

function timeout(): StorageError {
  return new StorageError('STORAGE_TIMEOUT', 'the store did not answer', {
    kind: 'transient',
    details: { reason: 'timeout' },
  });
}
