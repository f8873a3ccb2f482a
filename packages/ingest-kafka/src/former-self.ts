import { type Log, SourceError } from '@netscope/domain';

import type { KafkaSettings } from './kafka-settings.ts';
import type { KafkaWords } from './kafkajs-driver.ts';
import { leaveGroupAs } from './leave-group.ts';
import { MemberFile, type MemberFileOptions } from './member-file.ts';

/** Keeps this node's name in its group, and ends what a crash left of a former one. */
export class FormerSelf {
  readonly #file: MemberFile;
  readonly #kafka: KafkaSettings;
  readonly #log: Log;
  readonly #say: KafkaWords;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    node: MemberFileOptions,
    options: { readonly kafka: KafkaSettings; readonly log: Log; readonly say: KafkaWords },
  ) {
    this.#file = new MemberFile(node);
    this.#kafka = options.kafka;
    this.#log = options.log;
    this.#say = options.say;
  }

  /**
   * Leaves the group as the member that this node was before it was killed, so that its partitions
   * are free at once. Never rejects: without it the group waits for the session to time out.
   */
  async leave(cluster: string): Promise<void> {
    const { groupId } = this.#kafka;
    const member = await this.#file.former({ cluster, group: groupId });
    if (member === undefined) return;
    try {
      await leaveGroupAs(member, { connection: this.#kafka, groupId, say: this.#say });
      this.#log.info('kafka.left_as_former', 'the group was left as the member before the crash', {
        member_id: member,
      });
    } catch (error) {
      this.#log.info('kafka.former_unknown', 'the group has no member of before the crash', {
        member_id: member,
        reason: error instanceof SourceError ? error.message : String(error),
      });
    }
  }

  /** Keeps the name; a disk that fails costs a wait at the next start, and is told. */
  become(cluster: string, member: string): void {
    const group = { cluster, group: this.#kafka.groupId };
    this.#writing = this.#writing
      .then(async () => this.#file.keep(group, member))
      .catch((error: unknown) => this.#log.error('kafka.member_not_kept', error));
  }

  /** The group was left in order. Never rejects. */
  async end(): Promise<void> {
    await this.#writing;
    await this.#file.forget().catch(() => undefined);
  }
}
