import type { ConfigFault } from '@netscope/domain';
import { z } from 'zod';

import { placeOf, type MapNode } from '../reading/setting-node.ts';
import { shapeSettings } from '../reading/shape-settings.ts';
import { schemaAt } from '../schema-walk.ts';
import { type Settings, settingsSchema } from '../schema/settings-schema.ts';
import { CREDENTIAL_CHECKS } from './credential-checks.ts';
import { describeFound } from './describe-found.ts';
import type { Finding } from './finding.ts';
import { NETWORK_CHECKS } from './network-checks.ts';
import { PAIR_CHECKS } from './pair-checks.ts';
import { repair, valueAt } from './repair.ts';
import { ROUTE_CHECKS } from './route-checks.ts';
import { schemaFaults } from './schema-faults.ts';

const CHECKS = [...PAIR_CHECKS, ...ROUTE_CHECKS, ...NETWORK_CHECKS, ...CREDENTIAL_CHECKS];

/** Each repair may bring the next fault of the same branch to light; three levels are all there are. */
const REPAIRS_MAX = 4;

export interface CheckedSettings {
  /** Absent where so much is wrong that nothing stands. */
  readonly settings: Settings | undefined;
  readonly faults: readonly ConfigFault[];
  /** Paths at which the settings no longer say what was written. */
  readonly repaired: readonly (readonly string[])[];
}

/** Judges settings key by key and then as a whole, and tells everything that is wrong at once. */
export function checkSettings(root: MapNode): CheckedSettings {
  const shaped = shapeSettings(root, settingsSchema);
  const faults: ConfigFault[] = [...shaped.faults];
  const repaired: (readonly string[])[] = [];
  const value = shaped.value;
  for (let round = 0; round < REPAIRS_MAX; round += 1) {
    const parsed = settingsSchema.safeParse(value);
    if (parsed.success) {
      faults.push(...wholeFaults(parsed.data, root, repaired));
      return { settings: parsed.data, faults, repaired };
    }
    // A filler's own fault would be ours, not the user's.
    if (round === 0) {
      const issues = parsed.error.issues.flatMap((issue) => [issue, ...issuesBehind(issue, value)]);
      faults.push(...schemaFaults(issues, root, settingsSchema));
    }
    repaired.push(
      ...repair(
        value,
        parsed.error.issues.map((issue) => issue.path),
      ),
    );
  }
  return { settings: undefined, faults, repaired };
}

/** What stands under a name that cannot be used is not looked at, and is told all the same. */
function issuesBehind(issue: z.core.$ZodIssue, value: unknown): readonly z.core.$ZodIssue[] {
  const { code, path } = issue;
  const schema = code === 'invalid_key' ? schemaAt(settingsSchema, path) : undefined;
  if (schema === undefined) return [];
  const behind = z.safeParse(schema, valueAt(value, path.map(String)));
  const issues = behind.success ? [] : behind.error.issues;
  return issues.map((one) => ({ ...one, path: [...path, ...one.path] }));
}

function wholeFaults(
  settings: Settings,
  root: MapNode,
  repaired: readonly (readonly string[])[],
): readonly ConfigFault[] {
  return CHECKS.flatMap((check) => check(settings))
    .filter((finding) => isAsWritten(finding, repaired))
    .map(({ path, found, expected }) => ({
      path: path.join('.'),
      where: placeOf(root, path),
      found: found ?? describeFound(root, settingsSchema, path),
      expected,
    }));
}

function isAsWritten(finding: Finding, repaired: readonly (readonly string[])[]): boolean {
  const paths = [finding.path, ...(finding.others ?? [])];
  return !paths.some((path) => repaired.some((other) => isWithin(path, other)));
}

function isWithin(path: readonly string[], other: readonly string[]): boolean {
  return other.every((key, index) => path[index] === key);
}
