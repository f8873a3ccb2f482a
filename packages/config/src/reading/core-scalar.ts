import type { Scalar } from './setting-node.ts';

const FORMS: readonly (readonly [form: RegExp, read: (text: string) => Scalar])[] = [
  [/^(?:~|null|Null|NULL)?$/, () => null],
  [/^(?:true|True|TRUE)$/, () => true],
  [/^(?:false|False|FALSE)$/, () => false],
  [/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/, Number],
  [/^0x[\da-fA-F]+$/, Number],
];

/** What a plain scalar is in YAML 1.2 (core schema, 10.3.2): null, boolean, finite number or text. */
export function coreScalar(text: string): Scalar {
  const known = FORMS.find(([form]) => form.test(text));
  return known === undefined ? text : known[1](text);
}
