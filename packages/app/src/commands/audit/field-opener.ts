import { resolve } from 'node:path';

import {
  type EncryptionKey,
  FieldOpener,
  type LockedKey,
  presentKeyFiles,
  readKeyFile,
} from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';
import { StorageError } from '@netscope/domain';

import { textsOption } from '../../cli/command-line.ts';
import type { AuditContext } from './audit-context.ts';

/**
 * Opens encrypted fields by the key files of `--key-file`, else by those of the configuration that
 * are there: one of these may have been destroyed.
 * @throws {StorageError} for a file of `--key-file` that holds no key.
 */
export function fieldOpener({ audit }: Config, context: AuditContext): FieldOpener {
  const given = textsOption(context.options, 'key-file').map((file) => resolve(context.cwd, file));
  if (given.length > 0) return new FieldOpener(given.flatMap((name) => givenKeys(name)));
  const files = audit.encryption.keyFiles.flatMap((name) => presentKeyFiles(name));
  return new FieldOpener(
    files.flatMap((file) => {
      const key = keyOf(file);
      if (!(key instanceof Error)) return [key];
      context.output.note(`netscope: this key file is passed over: ${key.message}`);
      return [];
    }),
  );
}

/** Sentences on what stayed encrypted, one for each key that was not at hand. */
export function lockedNotes(keys: readonly LockedKey[]): readonly string[] {
  return keys.map(({ keyId, events, fields, fromDay, toDay }) => {
    const days = fromDay === toDay ? fromDay : `${fromDay} to ${toDay}`;
    return `${events} events of ${days} keep ${fields.join(', ')} encrypted: none of the key files at hand is key ${keyId} (--key-file FILE)`;
  });
}

function givenKeys(name: string): readonly EncryptionKey[] {
  const files = presentKeyFiles(name);
  if (files.length === 0) throw unusable(`there is no file ${name}`);
  return files.map((file) => {
    const key = keyOf(file);
    if (key instanceof Error) throw unusable(key.message);
    return key;
  });
}

function keyOf(file: string): EncryptionKey | Error {
  try {
    return readKeyFile(file);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function unusable(reason: string): StorageError {
  return new StorageError('STORAGE_REFUSED', `the key file cannot be used: ${reason}`, {
    kind: 'permanent',
  });
}
