import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface MemberFileOptions {
  /** `service.data_dir`; its lock is held by this process. */
  readonly dataDir: string;
  /** Of this very directory: a copy of it has another. */
  readonly instanceId: string;
}

/** Which group a member belongs to. */
export interface MemberGroup {
  readonly cluster: string;
  readonly group: string;
}

/**
 * Which member of a group this node was last, so that after a crash it can leave in the name of its
 * former self. It counts only in the very directory that it was written in.
 */
export class MemberFile {
  readonly #file: string;
  readonly #instanceId: string;

  constructor({ dataDir, instanceId }: MemberFileOptions) {
    this.#file = path.join(dataDir, 'kafka-member.json');
    this.#instanceId = instanceId;
  }

  /** The member that this node was and did not leave as; `undefined` where there is none. */
  async former({ cluster, group }: MemberGroup): Promise<string | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const kept = parse(text);
    const isOurs =
      kept['instance'] === this.#instanceId &&
      kept['cluster'] === cluster &&
      kept['group'] === group;
    const { member } = kept;
    return isOurs && typeof member === 'string' && member !== '' ? member : undefined;
  }

  /** @throws Node's error where the disk fails. */
  async keep({ cluster, group }: MemberGroup, member: string): Promise<void> {
    const text = JSON.stringify({ instance: this.#instanceId, cluster, group, member });
    await writeFile(`${this.#file}.tmp`, `${text}\n`);
    await rename(`${this.#file}.tmp`, this.#file);
  }

  /** The group was left in order. */
  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
