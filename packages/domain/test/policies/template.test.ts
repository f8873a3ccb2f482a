import { array, assert, constantFrom, oneof, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseTemplate, PLAIN_PLACEHOLDERS, type Template } from '../../src/index.ts';

function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'fault') throw new Error(`${text}: ${parsed.fault.message}`);
  return parsed.template;
}

function faultOf(text: string): { position: number; message: string } | undefined {
  const parsed = parseTemplate(text);
  return parsed.kind === 'fault' ? parsed.fault : undefined;
}

function written(template: Template): string {
  return template
    .map((part) =>
      part.kind === 'literal'
        ? part.text.replaceAll('{', '{{').replaceAll('}', '}}')
        : `{${part.text}}`,
    )
    .join('');
}

const segment = stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const placeholder = oneof(
  constantFrom(...PLAIN_PLACEHOLDERS),
  segment.map((name) => `header.${name}`),
  array(segment, { minLength: 1, maxLength: 4 }).map((path) => `value.${path.join('.')}`),
);
const piece = oneof(
  placeholder.map((name) => ({ source: `{${name}}`, literal: undefined, name })),
  string({ unit: 'grapheme', minLength: 1 }).map((text) => ({
    source: text.replaceAll('{', '{{').replaceAll('}', '}}'),
    literal: text,
    name: undefined,
  })),
);

describe('parseTemplate', () => {
  it('reads every kind of placeholder', () => {
    expect(templateOf('/a/{key}/{header.x-id}?v={value.a.0.b}&t={trace_id}')).toEqual([
      { kind: 'literal', text: '/a/' },
      { kind: 'key', text: 'key' },
      { kind: 'literal', text: '/' },
      { kind: 'header', text: 'header.x-id', name: 'x-id' },
      { kind: 'literal', text: '?v=' },
      { kind: 'value', text: 'value.a.0.b', path: ['a', '0', 'b'] },
      { kind: 'literal', text: '&t=' },
      { kind: 'trace_id', text: 'trace_id' },
    ]);
  });

  it('reads a doubled brace as one', () => {
    expect(templateOf('{{key}} {{{key}}}')).toEqual([
      { kind: 'literal', text: '{key} {' },
      { kind: 'key', text: 'key' },
      { kind: 'literal', text: '}' },
    ]);
  });

  it('lets a brace that closes nothing stand for itself', () => {
    expect(templateOf('a}b')).toEqual([{ kind: 'literal', text: 'a}b' }]);
  });

  it('reads an empty text as no parts', () => {
    expect(templateOf('')).toEqual([]);
  });

  it.each([
    ['/a/{key', 3, 'not closed'],
    ['/a/{', 3, 'not closed'],
    ['/{nope}', 2, 'unknown placeholder {nope}'],
    ['/{}', 2, 'unknown placeholder {}'],
    ['/{value}', 2, 'unknown placeholder {value}'],
    ['/{value.}', 2, 'unknown placeholder'],
    ['/{value.a..b}', 2, 'unknown placeholder'],
    ['/{header.}', 2, 'unknown placeholder'],
    ['/{header.a b}', 2, 'unknown placeholder'],
    ['/{ key }', 2, 'unknown placeholder'],
    ['/{key.length}', 2, 'unknown placeholder'],
    ['/{__proto__}', 2, 'unknown placeholder'],
  ])('tells where %s is at fault', (text, position, message) => {
    const fault = faultOf(text);
    expect(fault?.position).toBe(position);
    expect(fault?.message).toContain(message);
  });

  it('keeps literals and placeholders in their order, whatever they are', () => {
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const template = templateOf(pieces.map((one) => one.source).join(''));
        const flat = template.map((part) =>
          part.kind === 'literal' ? part.text : `\0${part.text}`,
        );
        const wanted = pieces.map((one) => one.literal ?? `\0${one.name}`);
        expect(flat.join('')).toBe(wanted.join(''));
      }),
    );
  });

  it('parses what it would write to the same parts', () => {
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const template = templateOf(pieces.map((one) => one.source).join(''));
        expect(templateOf(written(template))).toEqual(template);
      }),
    );
  });

  it('never joins or leaves empty literals', () => {
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const template = templateOf(pieces.map((one) => one.source).join(''));
        template.forEach((part, index) => {
          if (part.kind !== 'literal') return;
          expect(part.text).not.toBe('');
          expect(template[index + 1]?.kind).not.toBe('literal');
        });
      }),
    );
  });

  it('answers any text with parts or a fault inside it', () => {
    assert(
      property(string({ unit: constantFrom('{', '}', 'key', '.', 'value', 'a') }), (text) => {
        const fault = faultOf(text);
        if (fault === undefined) return;
        expect(fault.position).toBeGreaterThanOrEqual(0);
        expect(fault.position).toBeLessThan(text.length);
      }),
    );
  });
});
