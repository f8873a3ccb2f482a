import type { AuditDigest } from '@netscope/domain';

import { readEpochState } from '../spool/epoch.ts';
import { nodeSpoolFiles } from '../spool/node-spool-files.ts';
import { type SpoolIdentity, SpoolPaths } from '../spool/segment.ts';
import { parseDigest } from './parse-digest.ts';

/**
 * Whose spool lies in a `data_dir`: by the state of its epoch, else, where that was damaged or is of
 * a former release, by the last digest that it made. `undefined` where neither says it. Never throws.
 */
export function spoolIdentity(dataDir: string): SpoolIdentity | undefined {
  const paths = new SpoolPaths(dataDir);
  return readEpochState(paths, nodeSpoolFiles)?.owner ?? signerOf(paths);
}

function signerOf({ lastDigests }: SpoolPaths): SpoolIdentity | undefined {
  const [digest] = lastDigests.flatMap((path) => readDigest(path) ?? []);
  return digest === undefined ? undefined : { node: digest.node, service: digest.service };
}

function readDigest(path: string): AuditDigest | undefined {
  try {
    return parseDigest(nodeSpoolFiles.read(path));
  } catch {
    // It is not there, or cannot be read: who opens the spool sets it aside.
    return undefined;
  }
}
