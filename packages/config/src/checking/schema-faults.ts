import type { ConfigFault } from '@netscope/domain';
import type { z } from 'zod';

import { nodeAt, placeOf, type SettingNode } from '../reading/setting-node.ts';
import { factsAt, schemaAt, walkSchema } from '../schema-walk.ts';
import { describeFound } from './describe-found.ts';

/** What the schema finds wrong, as faults with their places. */
export function schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  root: SettingNode,
  settings: z.core.$ZodType,
): readonly ConfigFault[] {
  return issues.map((issue) => ({
    path: issue.path.join('.'),
    where: placeOf(root, issue.path),
    found: foundOf(issue, root, settings),
    expected: expectedOf(issue, root, settings),
  }));
}

function foundOf(issue: z.core.$ZodIssue, root: SettingNode, settings: z.core.$ZodType): string {
  if (issue.code === 'invalid_key') return 'a name that cannot be used';
  return describeFound(root, settings, issue.path);
}

function expectedOf(issue: z.core.$ZodIssue, root: SettingNode, settings: z.core.$ZodType): string {
  if (issue.code === 'invalid_key') return expectedName(issue.path);
  const facts = factsAt(settings, issue.path);
  if (facts !== undefined) return facts.expected;
  const schema = schemaAt(settings, issue.path);
  if (schema === undefined) return 'another value';
  const { shape } = walkSchema(schema);
  if (shape.kind !== 'list') return 'a map of keys';
  const isEmpty = nodeAt(root, issue.path)?.kind === 'list';
  return isEmpty ? 'a list with at least one entry' : 'a list';
}

function expectedName(path: readonly PropertyKey[]): string {
  if (path[0] === 'upstreams') return 'letters, digits, dot, dash and underscore, 64 at most';
  return 'a name as HTTP takes it';
}
