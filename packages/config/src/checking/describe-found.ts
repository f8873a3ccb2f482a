import type { z } from 'zod';

import { nodeAt, type SettingNode } from '../reading/setting-node.ts';
import { isSecret, withoutLikelyCredentials } from './redaction.ts';

const SHOWN_MAX = 80;

/** What stands at a path, for a fault: never a secret, never long. */
export function describeFound(
  root: SettingNode,
  settings: z.core.$ZodType,
  path: readonly PropertyKey[],
): string {
  const node = nodeAt(root, path);
  if (node === undefined) return 'nothing';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  if (isSecret(settings, path)) return 'a secret that is not shown';
  return describeValue(node.value);
}

/** A value as a fault shows it. */
export function describeValue(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const shown = JSON.stringify(withoutLikelyCredentials(value));
  return shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}…"` : shown;
}
