import type { DeliveryJournal, Log } from '@netscope/domain';

import type { CommittedOffset } from './group-session.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { KafkaWords } from './kafkajs-driver.ts';
import { type FormerSession, leaveGroupAs } from './leave-group.ts';
import { type KeptMember, MemberFile, type MemberFileOptions } from './member-file.ts';
import { mergeMaps } from './merge-maps.ts';
import { METADATA_CHARS_MAX, packMap, unpackMap } from './offset-metadata.ts';

/** What this node has of its former self, once that was read; or that it will never be. */
export type Remembered =
  | { readonly kind: 'journal'; readonly journal: DeliveryJournal | undefined }
  | { readonly kind: 'ended' };

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
   * are free at once; and before that tells the group, in that member's name, what `remembered` says
   * was done since the last commit, so that whoever is given them does not call it again. Never
   * rejects: without it the group waits for the session to time out, and then knows the commit alone.
   */
  async leave(cluster: string, remembered: Promise<Remembered>): Promise<void> {
    const { groupId } = this.#kafka;
    const member = await this.#file.former({ cluster, group: groupId });
    if (member === undefined) return;
    const { memberId } = member;
    const before = async (session: FormerSession): Promise<boolean> => {
      const known = await remembered;
      if (known.kind === 'ended') return false;
      await this.#tellGroup(cluster, session, known.journal);
      return true;
    };
    try {
      const options = { connection: this.#kafka, groupId, say: this.#say, before };
      if (!(await leaveGroupAs(member, options))) return;
      this.#log.info('kafka.left_as_former', 'the group was left as the member before the crash', {
        member_id: memberId,
      });
    } catch (error) {
      this.#log.info('kafka.former_unknown', 'the group has no member of before the crash', {
        member_id: memberId,
        reason: reasonOf(error),
      });
    }
  }

  /** Keeps the name; a disk that fails costs a wait at the next start, and is told. */
  become(cluster: string, member: KeptMember): void {
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

  /** The offsets stay where they are: only who reads the records again can tell that they are the same. */
  async #tellGroup(
    cluster: string,
    session: FormerSession,
    journal: DeliveryJournal | undefined,
  ): Promise<void> {
    if (journal === undefined) return;
    try {
      const committed = await session.committed();
      const news = committed.flatMap((at) => this.#newsOf(cluster, at, journal) ?? []);
      if (news.length === 0) return;
      await session.commit(news);
      this.#log.info('kafka.committed_as_former', TOLD, { partitions: news.length });
    } catch (error) {
      // The group has a generation since, or takes less metadata: who goes on knows the commit alone.
      this.#log.info('kafka.former_not_committed', UNTOLD, { reason: reasonOf(error) });
    }
  }

  /** The commit with what the journal knows beside it; `undefined` where that says nothing new. */
  #newsOf(
    cluster: string,
    at: CommittedOffset,
    journal: DeliveryJournal,
  ): CommittedOffset | undefined {
    const { topic, partition, offset, metadata } = at;
    const place = { cluster, group: this.#kafka.groupId, topic, partition };
    const known = journal.knownAbove(place, offset);
    if (known === undefined) return undefined;
    const found = unpackMap(metadata, place);
    const isOfCommit = found?.kind === 'map' && found.map.base === offset;
    const map = isOfCommit ? mergeMaps(found.map, known) : known;
    const { text } = packMap(map, place, { charsMax: METADATA_CHARS_MAX, level: 0 });
    return text === metadata ? undefined : { ...at, metadata: text };
  }
}

const TOLD = 'what was done since the last commit before the crash is known to the group';
const UNTOLD = 'what was done since the last commit before the crash is known to this node alone';

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
