import { hash } from 'node:crypto';

import { type DeadLetter, deadLetterHeaders, omittedHeaders } from '@netscope/domain';

import type { LetterToWrite } from './letter-producer.ts';

/**
 * A letter whole, then ever smaller, for a topic that finds it too large: without the value, then
 * without the headers of the record too, then without the key. Each says what it lacks; the last has
 * nothing but headers of ours.
 */
export function* letterForms(letter: DeadLetter, topic: string): Generator<LetterToWrite> {
  const { key, value } = letter.record;
  let form: LetterToWrite = { topic, key, value, headers: deadLetterHeaders(letter, encode) };
  yield form;
  const kept = form.headers.length - deadLetterHeaders(letter, encode, []).length;
  if (value !== null && value.length > 0) {
    const marks = omittedHeaders('value', hash('sha256', value), encode);
    form = { ...form, value: null, headers: [...form.headers, ...marks] };
    yield form;
  }
  if (kept > 0) {
    const marks = omittedHeaders('headers', undefined, encode);
    form = { ...form, headers: [...form.headers.slice(kept), ...marks] };
    yield form;
  }
  if (key !== null && key.length > 0) {
    const marks = omittedHeaders('key', hash('sha256', key), encode);
    yield { ...form, key: null, headers: [...form.headers, ...marks] };
  }
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}
