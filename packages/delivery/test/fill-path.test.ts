import { expect, test } from 'vitest';

import { compileTemplates } from '../src/compiled-templates.ts';
import { fillPath } from '../src/fill-template.ts';
import { RecordView } from '../src/record-view.ts';
import { record, route } from './support/route.ts';

const VALUE = '{"e":"","up":"..","dot":".","id":7,"text":"a/b c"}';

function pathOf(path: string): string {
  const compiled = compileTemplates(route({ request: { ...route().request, path } }));
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  const view = new RecordView(record({ value: VALUE }));
  return fillPath(compiled.templates.path, { view, traceId: '', idempotencyKey: '' });
}

test.each([
  ['an empty one', '/{value.e}'],
  ['a step up', '/a/{value.up}/b'],
  ['two steps that meet', '/a/{value.dot}{value.dot}/b'],
  ['two empty ones', '/a/{value.e}{value.e}'],
  ['a step before a query', '/a/{value.up}?x=1'],
  ['a step beside a literal dot', '/.{value.dot}'],
])('no segment is made empty or a step by what a record brings: %s', (_what, path) => {
  expect(() => pathOf(path)).toThrow('cannot stand in a path');
});

test.each([
  ['/v1/order{value.e}', '/v1/order'],
  ['/v1/{value.e}-{value.id}/', '/v1/-7/'],
  ['/files/{value.dot}json', '/files/.json'],
  ['/files/{value.id}?at={value.up}', '/files/7?at=..'],
  ['//a/./{value.id}', '//a/./7'],
  ['/{value.text}', '/a%2Fb%20c'],
  ['/../plain/', '/../plain/'],
])('what is empty or a dot may stand beside others: %s', (path, target) => {
  expect(pathOf(path)).toBe(target);
});
