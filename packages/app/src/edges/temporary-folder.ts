import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * An empty folder that is this user's alone, below `TMPDIR` where no other parent is given. It goes
 * with the disposal, and with the process where that ends first; only `kill -9` leaves it.
 */
export class TemporaryFolder implements Disposable {
  readonly path: string;
  #kept = false;
  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });

  /** @throws {Error} where it cannot be made */
  constructor(purpose: string, parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, `netscope-${purpose}-`));
    process.once('exit', this.#remove);
  }

  /** True where it stays. */
  get isKept(): boolean {
    return this.#kept;
  }

  /** It stays, whatever comes. */
  keep(): void {
    process.off('exit', this.#remove);
    this.#kept = true;
  }

  [Symbol.dispose](): void {
    if (this.#kept) return;
    process.off('exit', this.#remove);
    this.#remove();
  }
}
