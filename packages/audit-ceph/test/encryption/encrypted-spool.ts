import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type PrivateField, PRIVATE_FIELDS } from '@netscope/domain';
import { ManualClock, RecordingLog } from '@netscope/test-support';

import { FieldEncryption } from '../../src/encryption/field-encryption.ts';
import { type EncryptionKey, parseKey } from '../../src/encryption/key-file.ts';
import { FieldOpener, type Opening } from '../../src/encryption/open-fields.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { EPOCH, WriterFixture } from '../writer-fixture.ts';

/** A spool in memory whose lines are encrypted, by key files in a folder of its own. */
export class EncryptedSpool implements Disposable {
  readonly folder = new TestDirectory();
  readonly clock = new ManualClock();
  readonly log = new RecordingLog();
  readonly troubles: (string | undefined)[] = [];
  readonly encryption: FieldEncryption;
  readonly spool: WriterFixture;

  constructor(
    options: {
      readonly name?: string;
      readonly fields?: readonly PrivateField[];
      readonly ringBytes?: number;
    } = {},
  ) {
    const { name = 'key', fields = PRIVATE_FIELDS, ringBytes = 1024 * 1024 } = options;
    if (!name.includes('{date}')) this.writeKey(name, '9f');
    const encryption = FieldEncryption.open(
      { keyFiles: [this.path(name)], fields },
      {
        node: 'netscope-0',
        epoch: EPOCH,
        clock: this.clock,
        timers: this.clock,
        log: this.log,
        onTrouble: (reason) => void this.troubles.push(reason),
      },
    );
    if (encryption === undefined) throw new Error('nothing is encrypted');
    this.encryption = encryption;
    this.spool = new WriterFixture({ encryption, ringBytes });
  }

  path(name: string): string {
    return join(this.folder.path, name);
  }

  /** Puts the key of 32 times that byte into a file. */
  writeKey(name: string, byte: string): EncryptionKey {
    writeFileSync(this.path(name), `${byte.repeat(32)}\n`, { mode: 0o600 });
    return this.key(name);
  }

  key(name = 'key'): EncryptionKey {
    const key = parseKey(readFileSync(this.path(name), 'utf8'));
    if (key === undefined) throw new Error(`${name} holds no key`);
    return key;
  }

  /** All lines written so far, as a reader with these keys sees them. */
  read(...keys: readonly EncryptionKey[]): readonly Opening[] {
    const opener = new FieldOpener(keys);
    return this.lines().map((line) => opener.open(JSON.parse(line)));
  }

  lines(): readonly string[] {
    return this.spool.allLines().split('\n').slice(0, -1);
  }

  [Symbol.dispose](): void {
    this.encryption.stop();
    this.folder[Symbol.dispose]();
  }
}
