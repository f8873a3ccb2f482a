import {
  type Placeholder,
  RecordError,
  type SourceRecord,
  type TemplatePart,
} from '@netscope/domain';

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

/** A segment that is empty or a step in the tree, wherever it may stand in a target. */
const STEP = /\/\.{0,2}(?=\/|\?|$)/u;
const STEPS: ReadonlySet<string> = new Set(['', '.', '..']);

/**
 * A path, its values percent-encoded. None of its segments becomes empty or a step up the tree by what
 * a record brings; what the template itself holds stays.
 * @throws {RecordError} naming the placeholder with no value, or what cannot stand there.
 */
export function fillPath(placed: PlacedTemplate, values: TemplateValues): string {
  const path = fillTemplate(placed, values, encodeComponent);
  if (placed.constant !== undefined || !STEP.test(path)) return path;
  const written = segmentsOf(placed.template.map(literalOf).join(''));
  for (const [at, segment] of segmentsOf(path).entries()) {
    if (!STEPS.has(segment) || written[at] === segment) continue;
    throw new RecordError('RECORD_MALFORMED', `request.path: "${segment}" cannot stand in a path`, {
      kind: 'permanent',
    });
  }
  return path;
}

function segmentsOf(target: string): readonly string[] {
  return (target.split('?', 1)[0] ?? '').split('/');
}

/** A placeholder stands for a text that is no step. */
function literalOf(part: TemplatePart): string {
  return part.kind === 'literal' ? part.text : 'placeholder';
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
