import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';

import { SourceError } from '@netscope/domain';

import { syncFolder } from './log-writer.ts';

/** The committed offsets of one group in one topic, in a file that is replaced whole. */
export class CommittedOffsets {
  readonly #file: string;
  readonly #offsets: Map<number, number>;

  private constructor(file: string, offsets: Map<number, number>) {
    this.#file = file;
    this.#offsets = offsets;
  }

  /** @throws {SourceError} SOURCE_CORRUPT where the file is there and can't be read. */
  static async open(folder: string, group: string): Promise<CommittedOffsets> {
    const file = path.join(folder, `committed-${encodeURIComponent(group)}.json`);
    const text = await readFile(file, 'utf8').catch(noFile);
    const offsets = text === undefined ? [] : parse(text, file);
    return new CommittedOffsets(file, new Map(offsets));
  }

  /** The next offset to be read; `undefined` before the first commit. */
  of(partition: number): number | undefined {
    return this.#offsets.get(partition);
  }

  /** Durable when it resolves. @throws where the file can't be written; nothing is changed then. */
  async commit(offsets: readonly (readonly [number, number])[]): Promise<void> {
    const next = new Map([...this.#offsets, ...offsets]);
    const draft = `${this.#file}.new`;
    {
      await using handle = await open(draft, 'w');
      await handle.writeFile(JSON.stringify(Object.fromEntries(next)));
      await handle.sync();
    }
    await rename(draft, this.#file);
    await syncFolder(path.dirname(this.#file));
    for (const [partition, offset] of offsets) this.#offsets.set(partition, offset);
  }
}

function noFile(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

function parse(text: string, file: string): readonly (readonly [number, number])[] {
  try {
    const offsets: unknown = JSON.parse(text);
    if (typeof offsets !== 'object' || offsets === null) throw new TypeError('not an object');
    return Object.entries(offsets).map(([partition, offset]) => {
      if (!Number.isSafeInteger(offset)) throw new TypeError('not an offset');
      return [Number(partition), Number(offset)] as const;
    });
  } catch (cause) {
    const message = 'the committed offsets of the embedded source are damaged';
    throw new SourceError('SOURCE_CORRUPT', message, { kind: 'fault', details: { file }, cause });
  }
}
