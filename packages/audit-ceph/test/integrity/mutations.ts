import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { SeededRandom } from '@netscope/test-support';

import { epochBehind, forgedBehind, lastOfEpochs } from './forged-tail.ts';
import type { MemoryTrail } from './memory-trail.ts';

/** One way to tamper with a stored trail. */
export interface Mutation {
  readonly name: string;
  /** Keys of which a check must name one. */
  readonly touched: readonly string[];
  readonly apply: (trail: MemoryTrail) => void;
}

export type Objects = ReadonlyMap<string, Buffer>;

const LONG_AGO = '1999-12-31T23:59:59.000Z';
const BITS = [0x01, 0x20, 0x80] as const;

/** Every mutation of a trail by class; none of them is a no-op. */
export const MUTATIONS: Readonly<Record<string, (objects: Objects) => Iterable<Mutation>>> = {
  'a byte changed': everyByte,
  'an end cut off': everyLength,
  'bytes added': added,
  'an object deleted': deleted,
  'two objects deleted': pairsDeleted,
  'two objects that changed places': swapped,
  'an object replaced by another': replaced,
  'an object under another name': renamed,
  'a copy under another name': copied,
  'a node played as another': playedNode,
  'the end of a node cut off': cutNode,
  'a line changed, left out, doubled or moved, and packed anew': everyLine,
  'events forged behind what an epoch wrote': forged,
  'a version put over, a delete marker, a lock taken away': versioned,
};

export const isEvents = (key: string): boolean => key.endsWith('.jsonl.zst');
export const isOf = (node: string, key: string): boolean =>
  key.includes(`/events-${node}-`) || key.includes(`/node=${node}/`);

/** At most `max` of a class, spread over all of them, drawn by a seed of the class's own. */
export function sampled(name: string, objects: Objects, max: number): readonly Mutation[] {
  const all = [...(MUTATIONS[name]?.(objects) ?? [])];
  if (all.length <= max) return all;
  const random = new SeededRandom(name.length);
  const step = all.length / max;
  return Array.from({ length: max }, (_, index) => {
    const at = Math.floor((index + random.float()) * step);
    return all[Math.min(at, all.length - 1)];
  }).filter((mutation) => mutation !== undefined);
}

function* everyByte(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    for (const [at, byte] of body.entries()) {
      for (const bit of BITS) {
        const changed = Buffer.from(body);
        changed[at] = byte ^ bit;
        yield overwritten(`byte ${at} ^ ${bit}`, key, changed);
      }
    }
  }
}

function* everyLength(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    for (let length = 0; length < body.length; length += 1) {
      yield overwritten(`cut to ${length}`, key, body.subarray(0, length));
    }
  }
}

function* added(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    yield overwritten('a newline more', key, Buffer.concat([body, Buffer.from('\n')]));
    yield overwritten('a zero more', key, Buffer.concat([body, Buffer.alloc(1)]));
    yield overwritten('twice', key, Buffer.concat([body, body]));
  }
}

function* deleted(objects: Objects): Iterable<Mutation> {
  for (const key of objects.keys()) yield destroyed([key]);
}

function* pairsDeleted(objects: Objects): Iterable<Mutation> {
  for (const [key, other] of pairs(objects)) yield destroyed([key, other]);
}

function* swapped(objects: Objects): Iterable<Mutation> {
  for (const [key, other] of pairs(objects)) {
    const apply = (trail: MemoryTrail): void => {
      const [body, otherBody] = [trail.body(key), trail.body(other)];
      trail.overwrite(key, otherBody);
      trail.overwrite(other, body);
    };
    yield { name: `${key} and ${other} swapped`, touched: [key, other], apply };
  }
}

function* replaced(objects: Objects): Iterable<Mutation> {
  for (const key of objects.keys()) {
    for (const [other, body] of objects) {
      if (other !== key) yield overwritten(`replaced by ${other}`, key, body);
    }
  }
}

function* renamed(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    for (const name of namesLike(key, objects)) {
      const apply = (trail: MemoryTrail): void => {
        trail.destroy(key);
        trail.overwrite(name, body);
      };
      yield { name: `${key} renamed ${name}`, touched: [key, name], apply };
    }
  }
}

function* copied(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    for (const name of namesLike(key, objects)) yield overwritten(`a copy of ${key}`, name, body);
  }
}

function* playedNode(objects: Objects): Iterable<Mutation> {
  for (const [node, other] of [...nodePairs(objects), ['a', 'z'] as const]) {
    const played = [...objects].filter(([key]) => isOf(node, key));
    const names = played.map(([key, body]) => [asOf(key, node, other), body] as const);
    const apply = (trail: MemoryTrail): void => {
      for (const key of trail.keys) if (isOf(other, key)) trail.destroy(key);
      for (const [name, body] of names) trail.overwrite(name, body);
    };
    yield { name: `${node} played as ${other}`, touched: names.map(([name]) => name), apply };
  }
}

/** All from a digest on, and what it alone lists: only a head that was kept elsewhere tells. */
function* cutNode(objects: Objects): Iterable<Mutation> {
  const digests = [...objects.keys()].filter((key) => !isEvents(key)).toSorted();
  for (const [index, key] of digests.entries()) {
    const node = nodeOf(key);
    const cut = digests.slice(index).filter((digest) => nodeOf(digest) === node);
    const listed = cut.flatMap((digest) =>
      [...objects.keys()].filter((each) => String(objects.get(digest)).includes(`"${each}"`)),
    );
    yield destroyed([...new Set([...cut, ...listed])]);
  }
}

function* everyLine(objects: Objects): Iterable<Mutation> {
  for (const [key, body] of objects) {
    if (!isEvents(key)) continue;
    const lines = zstdDecompressSync(body).toString('utf8').split('\n').slice(0, -1);
    const packed = (how: string, changed: readonly string[]): Mutation =>
      overwritten(how, key, zstdCompressSync(changed.map((line) => `${line}\n`).join('')));
    for (const [at, line] of lines.entries()) {
      yield packed(
        `line ${at} changed`,
        lines.with(at, line.replace('200', '500').replace('{', '{ ')),
      );
      yield packed(`line ${at} left out`, lines.toSpliced(at, 1));
      yield packed(`line ${at} doubled`, lines.toSpliced(at, 0, line));
      if (at > 0)
        yield packed(`line ${at} moved up`, lines.toSpliced(at, 1).toSpliced(at - 1, 0, line));
    }
  }
}

function* forged(objects: Objects): Iterable<Mutation> {
  const timestamps = [new Date().toISOString(), '2020-01-01T00:00:00.000Z', LONG_AGO];
  for (const last of lastOfEpochs(objects)) {
    const lies = [
      ...timestamps.map((timestamp) => ({ timestamp })),
      { timestamp: LONG_AGO, epoch: epochBehind(last[0], 1000) },
    ];
    for (const lie of lies) {
      const { key, body } = forgedBehind(last, lie);
      yield overwritten(`forged behind ${last[0]}`, key, body);
    }
  }
}

function* versioned(objects: Objects): Iterable<Mutation> {
  const other = Buffer.from('other');
  for (const key of objects.keys()) {
    const named = (what: string, apply: Mutation['apply']): Mutation => ({
      name: `${key}: ${what}`,
      touched: [key],
      apply,
    });
    yield named('a version put over', (trail) => trail.put(key, other));
    yield named('a delete marker', (trail) => trail.put(key, undefined));
    yield named('its lock taken away', (trail) => trail.unlock(key));
    yield named('a delete marker and a version over it', (trail) => {
      trail.put(key, undefined);
      trail.put(key, other);
    });
  }
}

function overwritten(what: string, key: string, body: Buffer): Mutation {
  return { name: `${key}: ${what}`, touched: [key], apply: (trail) => trail.overwrite(key, body) };
}

function destroyed(keys: readonly string[]): Mutation {
  const apply = (trail: MemoryTrail): void => keys.forEach((key) => trail.destroy(key));
  return { name: `deleted ${keys.join(' and ')}`, touched: keys, apply };
}

function* pairs(objects: Objects): Iterable<readonly [string, string]> {
  const keys = [...objects.keys()];
  for (const [index, key] of keys.entries()) {
    for (const other of keys.slice(index + 1)) yield [key, other];
  }
}

function* nodePairs(objects: Objects): Iterable<readonly [string, string]> {
  const nodes = new Set([...objects.keys()].map((key) => nodeOf(key)));
  for (const node of nodes) for (const other of nodes) if (node !== other) yield [node, other];
}

function nodeOf(key: string): string {
  return /(?:\/node=|\/events-)(\w+)/.exec(key)?.[1] ?? '';
}

function asOf(key: string, node: string, other: string): string {
  return key
    .replace(`events-${node}-`, `events-${other}-`)
    .replace(`node=${node}/`, `node=${other}/`);
}

/** Names that a node could have given, and one that none does; those that are taken are left out. */
function namesLike(key: string, objects: Objects): readonly string[] {
  const others = ['a', 'b', 'c', 'z'].map((node) => asOf(key, nodeOf(key), node));
  const own = isEvents(key) ? eventNames(key) : digestNames(key);
  return [...new Set([...others, ...own, `${key}.bak`])].filter((name) => !objects.has(name));
}

function eventNames(key: string): readonly string[] {
  const hour = (_: string, given: string): string =>
    `hour=${String((Number(given) + 1) % 24).padStart(2, '0')}`;
  return [
    key.replace(/hour=(\d\d)/, hour),
    key.replace('service=netscope', 'service=other'),
    key.replace(/-(\d{12})([0-9a-f]{4})-/, '-$1ffff-'),
    key.replace(/-(\d{12})([0-9a-f]{4})-/, '-000000000000$2-'),
    key.replace(/-0(\d{11})-(\d{12})\.jsonl/, '-9$1-$2.jsonl'),
    key.replace(/-0(\d{11})\.jsonl/, '-9$1.jsonl'),
  ];
}

function digestNames(key: string): readonly string[] {
  return [
    key.replace(/-0(\d{11})\.json$/, '-9$1.json'),
    key.replace(/\/(\d{12})([0-9a-f]{4})-/, '/$1ffff-'),
    key.replace(/\/(\d{12})([0-9a-f]{4})-/, '/000000000000$2-'),
    key.replace('.json', '.txt'),
  ];
}
