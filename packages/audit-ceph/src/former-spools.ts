import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { AuditError } from '@netscope/domain';

import { copyKeys } from './integrity/key-files.ts';
import { spoolIdentity } from './integrity/spool-identity.ts';
import { readEpochState } from './spool/epoch.ts';
import { nodeSpoolFiles } from './spool/node-spool-files.ts';
import { keyPart } from './spool/object-key.ts';
import { SpoolPaths } from './spool/segment.ts';

const FORMER = 'former';

/**
 * Makes the spool in `dataDir` the one of `node`. A chain, its epochs and its digests are one node's,
 * and a name may change: a container that is made again has another host name. The spool of another
 * node is set aside whole, in `former/<node>`, and one that `node` left there before comes back, so
 * that its chain goes on. The caller holds the lock. Answers the name of the node that was set aside.
 * @throws {AuditError} `AUDIT_SPOOL_FAILED` where it cannot be moved.
 */
export function takeUpSpool(dataDir: string, node: string): string | undefined {
  try {
    const former = spoolIdentity(dataDir)?.node;
    const isOther = former !== undefined && former !== node;
    if (isOther) {
      // Nobody writes to it any more, and a full disk must not keep the process from starting.
      freeReserve(dataDir);
      // Then the keys: without them the rest of its chain could not be signed as what was before.
      copyKeys(dataDir, formerFolder(dataDir, former));
      moveSpool(dataDir, formerFolder(dataDir, former));
    }
    const own = formerFolder(dataDir, node);
    if (!hasSpool(dataDir) && hasSpool(own)) moveSpool(own, dataDir);
    return isOther ? former : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuditError('AUDIT_SPOOL_FAILED', `the spool of ${node} is not there: ${reason}`, {
      kind: 'permanent',
      cause: error,
    });
  }
}

/**
 * Folders, each laid out as a `data_dir`, of former nodes whose spools hold something that is not
 * shipped or not proved.
 */
export function leftSpools(dataDir: string): readonly string[] {
  const all = join(dataDir, FORMER);
  if (!existsSync(all)) return [];
  return readdirSync(all)
    .toSorted()
    .map((name) => join(all, name))
    .filter((folder) => hasSpool(folder) && isLeft(new SpoolPaths(folder)));
}

/** What is reserved on disk for events to come is of no use where none come. */
export function freeReserve(dataDir: string): void {
  nodeSpoolFiles.remove(new SpoolPaths(dataDir).ballast);
}

function isLeft(paths: SpoolPaths): boolean {
  if (readEpochState(paths, nodeSpoolFiles)?.clean !== true) return true;
  return [paths.segments, paths.digests].some(
    (folder) => existsSync(folder) && nodeSpoolFiles.list(folder).length > 0,
  );
}

function formerFolder(dataDir: string, node: string): string {
  return join(dataDir, FORMER, keyPart(node));
}

function hasSpool(folder: string): boolean {
  return existsSync(new SpoolPaths(folder).root);
}

function moveSpool(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  nodeSpoolFiles.move(new SpoolPaths(from).root, new SpoolPaths(to).root);
}
