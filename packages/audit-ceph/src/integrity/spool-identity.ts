import { nodeSpoolFiles } from '../spool/node-spool-files.ts';
import { SpoolPaths } from '../spool/segment.ts';
import { parseDigest } from './parse-digest.ts';

/** Whose spool lies in a `data_dir`, by the last digest that it made; `undefined` where there is none. */
export function spoolIdentity(
  dataDir: string,
): { readonly node: string; readonly service: string } | undefined {
  const { lastDigest } = new SpoolPaths(dataDir);
  if (nodeSpoolFiles.size(lastDigest) === undefined) return undefined;
  const digest = parseDigest(nodeSpoolFiles.read(lastDigest));
  return digest === undefined ? undefined : { node: digest.node, service: digest.service };
}
