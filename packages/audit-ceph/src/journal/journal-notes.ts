import type { KeeperReply, KeeperRequest } from '../spool/keeper.ts';
import type { SpoolJournal } from './spool-journal.ts';

/** Brings what the journal saw acknowledged to its files, one write at a time, the last word only. */
export class JournalNotes {
  readonly #journal: SpoolJournal;
  readonly #keeper: { ask(request: KeeperRequest): Promise<KeeperReply> };
  #isBusy = false;

  constructor(
    journal: SpoolJournal,
    keeper: { ask(request: KeeperRequest): Promise<KeeperReply> },
  ) {
    this.#journal = journal;
    this.#keeper = keeper;
  }

  /** From now on. */
  start(): void {
    this.#journal.onNews = () => void this.#write();
  }

  async #write(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let note = this.#journal.nextNote(); note !== undefined; note = this.#journal.nextNote()) {
      // A write that fails is followed by the next commit's.
      // oxlint-disable-next-line no-await-in-loop
      await this.#keeper.ask({ kind: 'note', ...note });
    }
    this.#isBusy = false;
  }
}
