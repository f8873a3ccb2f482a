import { type LockedKey, type SearchTally, TrailSearch } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';
import { NetScopeError } from '@netscope/domain';

import { EXIT } from '../../cli/exit-codes.ts';
import type { AuditContext } from './audit-context.ts';
import { plainText } from './event-text.ts';
import { fieldOpener, lockedNotes } from './field-opener.ts';
import { trailOfConfig, trailPlace } from './trail-of-config.ts';
import { trailQuery } from './trail-query.ts';

/** More of what cannot be used is counted and not told one by one. */
const REFUSALS_TOLD = 20;
const PROGRESS_MS = 1000;

interface Refusal {
  readonly place: string;
  readonly reason: string;
}

/**
 * Searches the trail of a configuration and tells what came of it. Answers 0; 1 where `use` found
 * nothing; 2 where the store, or a part of it, cannot be read; 130 after a signal.
 * @throws {UsageError} before anything is read
 */
export async function readTrail(
  config: Config,
  context: AuditContext,
  /** Answers how much it found; `unread` are the days of which something could not be read. */
  use: (search: TrailSearch, unread: ReadonlySet<string>) => Promise<number>,
): Promise<number> {
  const { output, signal } = context;
  const query = trailQuery(context);
  const refusals: Refusal[] = [];
  const unread = new Set<string>();
  try {
    const opener = fieldOpener(config, context);
    using store = await trailOfConfig(config);
    const onRefused = (place: string, reason: string): void => {
      unread.add(dayOfKey(place));
      if (refusals.length >= REFUSALS_TOLD) return;
      refusals.push({ place, reason });
      output.note(plainText(`netscope: ${place}: ${reason}`));
    };
    const onProgress = progress(context);
    const search = new TrailSearch(query, { store, opener, onRefused, onProgress });
    const found = await use(search, unread);
    if (signal.aborted) return EXIT.secondSignal;
    for (const note of lockedNotes(search.lockedKeys)) output.note(`netscope: ${note}`);
    output.summary(summaryOf(search, { place: trailPlace(config), refusals, context }));
    if (search.tally.refused > 0 || search.tally.undecided > 0) return EXIT.unchecked;
    return found > 0 ? EXIT.ok : EXIT.nothing;
  } catch (error) {
    if (signal.aborted) return EXIT.secondSignal;
    if (!(error instanceof NetScopeError)) throw error;
    const { code, message } = error;
    const text = plainText(`netscope: ${trailPlace(config)} cannot be read: ${code}: ${message}`);
    output.summary({ json: { error: { code, message } }, text });
    return EXIT.unchecked;
  }
}

/** The day (UTC) that the key of an object begins with, also where more stands behind the key. */
export function dayOfKey(key: string): string {
  return /^audit\/v1\/dt=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1] ?? 'no day';
}

function progress({ edges, output }: AuditContext): (tally: Readonly<SearchTally>) => void {
  let toldAtMs = edges.clock.monotonicMs();
  return ({ events, read, listed }) => {
    if (edges.clock.monotonicMs() - toldAtMs < PROGRESS_MS) return;
    toldAtMs = edges.clock.monotonicMs();
    output.note(`${events} events found in ${read} of ${listed} objects so far`);
  };
}

function summaryOf(
  { tally, lockedKeys }: TrailSearch,
  facts: {
    readonly place: string;
    readonly refusals: readonly Refusal[];
    readonly context: AuditContext;
  },
) {
  const { place, refusals, context } = facts;
  const { events, read, listed, skippedByKey, skippedByMetadata, refused } = tally;
  const { locked, undecided } = tally;
  const parts = [
    `${place}: ${listed} objects in range`,
    `${skippedByKey} skipped by key`,
    `${skippedByMetadata} by route group`,
    ...(context.command === 'audit ls' && read === 0
      ? []
      : [`${read} read`, `${events} events found`]),
    ...(locked > 0 ? [`${locked} of them with encrypted fields that no key opens`] : []),
    ...(undecided > 0
      ? [`${undecided} events could match: what is looked for is encrypted in them`]
      : []),
    ...(refused > 0 ? [`${refused} objects or lines could not be used`] : []),
  ];
  const json = {
    place,
    objects: {
      listed,
      skipped_by_key: skippedByKey,
      skipped_by_route_group: skippedByMetadata,
      read,
    },
    events,
    encrypted: { locked, undecided, keys: lockedKeys.map(wireKey) },
    refused,
    refusals,
  };
  return { json, text: `netscope: ${parts.join(', ')}` };
}

function wireKey({ keyId, events, fields, fromDay, toDay }: LockedKey) {
  return { key_id: keyId, events, fields, from_day: fromDay, to_day: toDay };
}
