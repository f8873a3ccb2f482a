import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { byTopic } from './group-offsets.ts';
import type { PartitionId } from './group-session.ts';

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

/** A member of a group, and what it was given. */
export interface KeptMember {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly PartitionId[];
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
  async former({ cluster, group }: MemberGroup): Promise<KeptMember | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const kept = parse(text);
    const isOurs =
      kept['instance'] === this.#instanceId &&
      kept['cluster'] === cluster &&
      kept['group'] === group;
    const { member, generation, held } = kept;
    if (!isOurs || typeof member !== 'string' || member === '') return undefined;
    const isWhole = typeof generation === 'number' && isHeld(held);
    // A file of before generations were kept still names whom to leave as.
    if (!isWhole) return { memberId: member, generation: -1, partitions: [] };
    const partitions = held.flatMap(([topic, ids]) =>
      ids.map((partition) => ({ topic, partition })),
    );
    return { memberId: member, generation, partitions };
  }

  /** @throws Node's error where the disk fails. */
  async keep({ cluster, group }: MemberGroup, member: KeptMember): Promise<void> {
    const { memberId, generation } = member;
    const topics = byTopic(member.partitions, ({ partition }) => partition);
    const held = topics.map(({ topic, partitions }) => [topic, partitions]);
    const file = { instance: this.#instanceId, cluster, group, member: memberId, generation, held };
    const text = JSON.stringify(file);
    await writeFile(`${this.#file}.tmp`, `${text}\n`);
    await rename(`${this.#file}.tmp`, this.#file);
  }

  /** The group was left in order. */
  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

function isHeld(held: unknown): held is readonly (readonly [string, readonly number[]])[] {
  if (!Array.isArray(held)) return false;
  const pairs: readonly unknown[] = held;
  return pairs.every((pair) => {
    if (!Array.isArray(pair)) return false;
    const [topic, ids]: readonly unknown[] = pair;
    return typeof topic === 'string' && Array.isArray(ids) && ids.every(Number.isSafeInteger);
  });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
