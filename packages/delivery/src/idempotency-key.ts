import { RecordError, type SourceCoordinates } from '@netscope/domain';

import type { CompiledRoute } from './compiled-route.ts';
import { placeholderValue } from './fill-template.ts';
import { headerValue } from './header-value.ts';
import { deriveIdempotencyKey, keptKeyOf, KEPT_KEY_HEADER, KEY_CHARS_MAX } from './identity.ts';
import type { RecordView } from './record-view.ts';

const PLACE = 'idempotency.from';

export interface KeyFacts {
  readonly view: RecordView;
  /** Absent where none matched. */
  readonly route: CompiledRoute | undefined;
  readonly source: SourceCoordinates;
  readonly traceId: string;
  /** Digest of the value; absent where that is null. */
  readonly valueSha256: string | undefined;
}

/**
 * The key of a record's calls: what a redriven record brings, then what stands at the configured
 * place, then derivation: no record is left without one (invariant I1).
 * @throws {RecordError} where what it brings cannot be one.
 */
export function idempotencyKeyOf(facts: KeyFacts): string {
  const kept = keptKeyOf(facts.view);
  if (kept !== undefined) return headerValue(KEPT_KEY_HEADER, kept, KEY_CHARS_MAX);
  return configuredKeyOf(facts) ?? derivedKeyOf(facts);
}

/** The same of a record that is parked, for which what cannot be a key counts as none. */
export function parkedKeyOf(facts: KeyFacts): string {
  const kept = keptKeyOf(facts.view);
  if (kept !== undefined) return kept.length <= KEY_CHARS_MAX ? kept : derivedKeyOf(facts);
  try {
    return configuredKeyOf(facts) ?? derivedKeyOf(facts);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return derivedKeyOf(facts);
  }
}

function configuredKeyOf({ view, route, traceId }: KeyFacts): string | undefined {
  const from = route?.templates.keyFrom;
  if (from === undefined) return undefined;
  const key = placeholderValue(from, { view, traceId, idempotencyKey: '' });
  return key === undefined ? undefined : headerValue(PLACE, notEmpty(key), KEY_CHARS_MAX);
}

/** An empty key would be the same one for every record that has none. */
function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new RecordError('RECORD_MALFORMED', `${PLACE}: the value is empty`, { kind: 'permanent' });
}

function derivedKeyOf({ route, source, valueSha256 }: KeyFacts): string {
  return deriveIdempotencyKey({ source, valueSha256, route: route?.definition.name ?? '-' });
}
