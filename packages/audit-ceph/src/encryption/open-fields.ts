import type { KeyObject } from 'node:crypto';

import { exactNumber } from '@netscope/domain/plain';

import type { TrailEvent } from '../reader/event-filter.ts';
import { decrypted, lineContext, lineIv, unwrapDataKey } from './data-key.ts';
import type { EncryptionKey } from './key-file.ts';

/** What stands in the place of a field that was not opened. */
export const ENCRYPTED_TEXT = 'encrypted';

/** An event as it is read with the keys at hand. */
export type Opening =
  /** Nothing of it is encrypted. */
  | { readonly state: 'plain'; readonly event: TrailEvent }
  /** Its fields are back in their places. */
  | { readonly state: 'opened'; readonly event: TrailEvent }
  /** None of the keys is that of `keyId`; in the places of `fields` stands `encrypted`. */
  | {
      readonly state: 'locked';
      readonly event: TrailEvent;
      readonly fields: readonly string[];
      readonly keyId: string;
      readonly day: string;
    }
  /** The key is there and does not open it: the line is not as it was written. */
  | { readonly state: 'damaged'; readonly event: TrailEvent; readonly reason: string };

/** Data keys held at once: one for each node, epoch and day that is read. */
const DATA_KEYS_MAX = 1000;
const PATH = /^[a-z0-9][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)*$/;

interface Encrypted {
  readonly fields: readonly string[];
  readonly keyId: string;
  readonly day: string;
  readonly dataKey: string;
  readonly text: string;
  readonly node: string;
  readonly epoch: string;
  readonly seq: number;
}

/** Opens the encrypted fields of events with the keys it has. */
export class FieldOpener {
  readonly #keyById: ReadonlyMap<string, EncryptionKey>;
  readonly #dataKeys = new Map<string, KeyObject | undefined>();

  constructor(keys: readonly EncryptionKey[]) {
    this.#keyById = new Map(keys.map((key) => [key.id, key]));
  }

  open(event: TrailEvent): Opening {
    if (event['encrypted'] === undefined) return { state: 'plain', event };
    const found = encryptedOf(event);
    if (found === undefined) {
      return { state: 'damaged', event, reason: 'its member "encrypted" is not as it is written' };
    }
    const key = this.#keyById.get(found.keyId);
    if (key === undefined) return locked(event, found);
    return this.#openWith(key, event, found);
  }

  #openWith(key: EncryptionKey, event: TrailEvent, found: Encrypted): Opening {
    const dataKey = this.#dataKey(key, found);
    const by = { iv: lineIv(found.seq), context: lineContext(found, found.seq) };
    const plain =
      dataKey && decrypted(Buffer.from(found.text, 'base64'), { ...by, secret: dataKey });
    const values = plain && valuesOf(plain);
    if (values !== undefined) return { state: 'opened', event: restored(event, values) };
    const what = dataKey === undefined ? 'its data key' : 'its text';
    const reason = `${what} is damaged, or of another line: key ${key.id} does not open it`;
    return { state: 'damaged', event: marked(event, found.fields), reason };
  }

  #dataKey(key: EncryptionKey, found: Encrypted): KeyObject | undefined {
    const { node, epoch, day, dataKey: wrapped } = found;
    const name = [key.id, wrapped, day, epoch, node].join('\n');
    if (this.#dataKeys.has(name)) return this.#dataKeys.get(name);
    if (this.#dataKeys.size >= DATA_KEYS_MAX) this.#dataKeys.clear();
    const opened = unwrapDataKey(wrapped, { node, epoch, day }, key);
    this.#dataKeys.set(name, opened);
    return opened;
  }
}

function locked(event: TrailEvent, { fields, keyId, day }: Encrypted): Opening {
  return { state: 'locked', event: marked(event, fields), fields, keyId, day };
}

function encryptedOf(event: TrailEvent): Encrypted | undefined {
  const member = objectOf(event['encrypted']);
  const { node, epoch, seq } = objectOf(event['integrity']);
  const found = {
    fields: pathsOf(member['fields']),
    keyId: textOf(member['key_id']),
    day: textOf(member['day']),
    dataKey: textOf(member['data_key']),
    text: textOf(member['text']),
    node: textOf(node),
    epoch: textOf(epoch),
    seq: Number.isSafeInteger(seq) ? Number(seq) : 0,
  };
  const isWhole = found.seq > 0 && Object.values(found).every((value) => value !== '');
  return isWhole && found.fields.length > 0 ? found : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function pathsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const paths = value.filter(isPath);
  return paths.length === value.length ? paths : [];
}

function valuesOf(plain: Buffer): readonly (readonly [string, unknown])[] | undefined {
  try {
    const entries = Object.entries(objectOf(JSON.parse(plain.toString('utf8'), exactNumber)));
    return entries.every(([path]) => isPath(path)) ? entries : undefined;
  } catch {
    return undefined;
  }
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && PATH.test(value);
}

/** Without `encrypted`, its values in their places. */
function restored(event: TrailEvent, values: readonly (readonly [string, unknown])[]): TrailEvent {
  const { encrypted: _, integrity, ...others } = event;
  const whole = values.reduce<TrailEvent>(
    (made, [path, value]) => put(made, path.split('.'), value),
    others,
  );
  return { ...whole, integrity };
}

function marked(event: TrailEvent, fields: readonly string[]): TrailEvent {
  return fields.reduce<TrailEvent>(
    (made, path) => put(made, path.split('.'), ENCRYPTED_TEXT),
    event,
  );
}

/** A copy with a value at a path; objects that are not there are made. */
function put(target: TrailEvent, path: readonly string[], value: unknown): TrailEvent {
  const [name = '', ...rest] = path;
  if (rest.length === 0) return { ...target, [name]: value };
  const inner = target[name];
  if (!Array.isArray(inner)) return { ...target, [name]: put(objectOf(inner), rest, value) };
  const [index = '', ...below] = rest;
  const items: readonly unknown[] = inner;
  const changed = items.map((item, at) =>
    String(at) === index ? put(objectOf(item), below, value) : item,
  );
  return { ...target, [name]: changed };
}

function objectOf(value: unknown): TrailEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has unknown fields
  return value as TrailEvent;
}
