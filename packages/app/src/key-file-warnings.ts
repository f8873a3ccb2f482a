import { checkKeyFiles } from '@netscope/audit-ceph/reader';
import type { Config, ConfigWarning } from '@netscope/config';
import { type Clock, ConfigError, isoTimestamp } from '@netscope/domain';

import { signingKeyFaults } from './signing-key-faults.ts';

const KEY = 'audit.encryption.key_files';
/** The file was read long ago; the path says the place well enough. */
const WHERE = 'the configuration';
const DAY_CHARS = 10;

/**
 * What is worth a look in the key files of a configuration that is to encrypt and to sign. Commands
 * that read a trail do not ask this: a key that was destroyed must not keep them from the rest.
 * @throws {ConfigError} for files that cannot be used.
 */
export function keyFileWarnings({ audit }: Config, clock: Clock): readonly ConfigWarning[] {
  const today = isoTimestamp(clock.wallMs()).slice(0, DAY_CHARS);
  const findings = checkKeyFiles(audit.encryption.keyFiles, today);
  const faults = findings.filter(({ isFault }) => isFault).map(faultOf);
  const all = [...faults, ...signingKeyFaults({ audit })];
  if (all.length > 0) throw new ConfigError(all);
  return findings.map(({ index, message }) => ({
    path: `${KEY}.${index}`,
    where: WHERE,
    message,
  }));
}

function faultOf({ index, message }: { readonly index: number; readonly message: string }) {
  return {
    path: `${KEY}.${index}`,
    where: WHERE,
    found: message,
    expected: 'a file with 32 bytes in hex or base64, as "openssl rand -hex 32" makes them',
  };
}
