import { type Placeholder, RecordError, type SourceRecord } from '@netscope/domain';

import type { PlacedTemplate } from './compiled-templates.ts';
import { encodeComponent } from './encode-component.ts';
import type { RecordView } from './record-view.ts';

/** What placeholders may read besides the record. */
export interface TemplateValues {
  readonly view: RecordView;
  readonly traceId: string;
  readonly idempotencyKey: string;
}

/** A template's text for one record. @throws {RecordError} naming the placeholder with no value. */
export function fillTemplate(
  placed: PlacedTemplate,
  values: TemplateValues,
  encode: (text: string) => string,
): string {
  if (placed.constant !== undefined) return placed.constant;
  let text = '';
  for (const part of placed.template) {
    if (part.kind === 'literal') text += part.text;
    else text += encode(required(placed.place, part, values));
  }
  return text;
}

/** A placeholder's value. @throws {RecordError} naming it where there is none. */
function required(place: string, part: Placeholder, values: TemplateValues): string {
  const found = placeholderValue(part, values);
  if (found !== undefined) return found;
  throw new RecordError('RECORD_MALFORMED', `${place}: {${part.text}} finds no value`, {
    kind: 'permanent',
    details: { placeholder: part.text },
  });
}

/** One path segment: percent-encoded, and never empty or a step up the tree. */
export function encodeSegment(text: string): string {
  if (text === '' || text === '.' || text === '..') {
    throw new RecordError('RECORD_MALFORMED', `request.path: "${text}" cannot stand in a path`, {
      kind: 'permanent',
    });
  }
  return encodeComponent(text);
}

/** What a placeholder finds; `undefined` where there is nothing. @throws {RecordError} */
export function placeholderValue(
  part: Placeholder,
  { view, traceId, idempotencyKey }: TemplateValues,
): string | undefined {
  if (part.kind === 'header') return view.header(part.name);
  if (part.kind === 'value') return readValue(view, part.path);
  if (part.kind === 'trace_id') return traceId;
  if (part.kind === 'idempotency_key') return idempotencyKey;
  return part.kind === 'key' ? view.key() : coordinate(view.record, part.kind);
}

function readValue(view: RecordView, path: readonly string[]): string | undefined {
  const { value } = view.record;
  return value === null || value.length === 0 ? undefined : view.scalar(path);
}

function coordinate(
  record: SourceRecord,
  kind: 'topic' | 'partition' | 'offset' | 'timestamp',
): string {
  if (kind === 'topic') return record.topic;
  if (kind === 'timestamp') return String(record.timestampMs);
  return String(record[kind]);
}
