import type { ConfigFault } from '@netscope/domain';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Scalar as YamlScalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';

import { coreScalar } from './core-scalar.ts';
import { emptyMap, type ListNode, type MapNode, type SettingNode } from './setting-node.ts';
import type { Substitutions } from './substitutions.ts';
import { yamlFault } from './yaml-faults.ts';

/** Far above any real file; below what would take time or memory (an alias bomb). */
const NODES_MAX = 50_000;
const DEPTH_MAX = 32;
const SYNTAX_FAULTS_MAX = 5;

export interface YamlSource {
  readonly text: string;
  /** As faults name it. */
  readonly name: string;
  /** Folder that relative paths count from. */
  readonly folder: string;
  readonly substitutions: Substitutions;
}

export interface YamlSettings {
  /** Absent where the text is no YAML or no map. */
  readonly root: MapNode | undefined;
  readonly faults: readonly ConfigFault[];
}

/** Reads YAML 1.2 into settings with their lines; never throws, never shows a value. */
export function readYaml(source: YamlSource): YamlSettings {
  return new YamlReader(source).read();
}

/** Whether the walk must stop: past it every further node would tell the same. */
class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

class YamlReader {
  readonly #source: YamlSource;
  readonly #lines = new LineCounter();
  readonly #faults: ConfigFault[] = [];
  readonly #document: Document.Parsed;
  #nodes = 0;

  constructor(source: YamlSource) {
    this.#source = source;
    this.#document = parseDocument(source.substitutions.hide(source.text), {
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      stringKeys: true,
      lineCounter: this.#lines,
    });
  }

  read(): YamlSettings {
    const errors = [...this.#document.errors, ...this.#document.warnings];
    const isUsable = errors.every((error) => error.code === 'DUPLICATE_KEY');
    this.#tellSyntax(errors);
    if (!isUsable) return { root: undefined, faults: this.#faults };
    return { root: this.#root(), faults: this.#faults };
  }

  #root(): MapNode | undefined {
    const { contents } = this.#document;
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      this.#tell(undefined, '', ['an empty file', 'at least `upstreams` and `routes`']);
      return undefined;
    }
    if (!isMap(contents)) {
      this.#tell(contents, '', ['no map', 'keys such as `source:` and `routes:`']);
      return undefined;
    }
    try {
      return this.#map(contents, []);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#tell(undefined, '', [
        'more than can be meant',
        `at most ${NODES_MAX} values in ${DEPTH_MAX} levels, aliases included`,
      ]);
      return undefined;
    }
  }

  #map(map: YAMLMap, path: readonly string[]): MapNode {
    const node = emptyMap(this.#written(map));
    for (const { key, value } of map.items) {
      if (!isScalar(key) || typeof key.value !== 'string') continue;
      const name = this.#key(key, key.value, { node, path });
      const read = isNode(value)
        ? this.#node(value, [...path, name])
        : ({ kind: 'scalar', value: null, ...this.#written(key) } as const);
      // Of a reference that is not set nothing is left to stand there.
      if (name === '' && key.value !== '') continue;
      node.places.set(name, this.#placeOf(key));
      node.entries.set(name, read);
    }
    return node;
  }

  #key(
    key: PlacedNode,
    written: string,
    { node, path }: { readonly node: MapNode; readonly path: readonly string[] },
  ): string {
    const name = this.#fill(key, written, path);
    // The parser has told of keys that are the same as they are written.
    if (name !== written && node.entries.has(name)) {
      this.#tell(key, [...path, name].join('.'), sentence('DUPLICATE_KEY'));
    }
    return name;
  }

  #node(node: Node, path: readonly string[]): SettingNode {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX || path.length > DEPTH_MAX) throw new TooLarge();
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) {
      const items = node.items
        .filter(isNode)
        .map((item, index) => this.#node(item, [...path, String(index)]));
      return { kind: 'list', items, ...this.#written(node) } satisfies ListNode;
    }
    return isScalar(node) ? this.#scalar(node, path) : this.#alias(node, path);
  }

  #alias(node: Node, path: readonly string[]): SettingNode {
    const target = isAlias(node) ? node.resolve(this.#document) : undefined;
    if (target !== undefined) return this.#node(target, path);
    this.#tell(node, path.join('.'), sentence('BAD_ALIAS'));
    return { kind: 'scalar', value: null, ...this.#written(node) };
  }

  #scalar(node: YamlScalar, path: readonly string[]): SettingNode {
    const written = this.#written(node);
    const { value } = node;
    if (typeof value === 'string') {
      const text = this.#fill(node, value, path);
      if (text === value || node.type !== 'PLAIN')
        return { kind: 'scalar', value: text, ...written };
      return { kind: 'scalar', value: text, meant: coreScalar(text), ...written };
    }
    if (value === null || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, source: node.source, ...written };
    }
    this.#tell(node, path.join('.'), sentence('TAG_RESOLVE_FAILED'));
    return { kind: 'scalar', value: null, ...written };
  }

  /** A text with its references replaced; names that are not set are told. */
  #fill(node: PlacedNode, value: string, path: readonly string[]): string {
    const { text, unset } = this.#source.substitutions.fill(value);
    for (const name of unset) {
      this.#tell(node, path.join('.'), [
        `\${${name}}, which is not set`,
        `the variable ${name}, or \${${name}:-default}`,
      ]);
    }
    return text;
  }

  #tellSyntax(errors: readonly YAMLError[]): void {
    const told = new Set<string>();
    for (const error of errors) {
      const where = this.#at(error.pos[0]);
      if (told.has(where) || told.size >= SYNTAX_FAULTS_MAX) continue;
      told.add(where);
      this.#faults.push({ path: '', where, ...yamlFault(error.code, error.message) });
    }
  }

  #tell(node: PlacedNode | undefined, path: string, fault: readonly [string, string]): void {
    const where = node === undefined ? this.#source.name : this.#placeOf(node);
    this.#faults.push({ path, where, found: fault[0], expected: fault[1] });
  }

  #written(node: PlacedNode): { readonly where: string; readonly folder: string } {
    return { where: this.#placeOf(node), folder: this.#source.folder };
  }

  #placeOf({ range }: PlacedNode): string {
    const start = range?.[0];
    return start === undefined ? this.#source.name : this.#at(start);
  }

  #at(offset: number): string {
    return `${this.#source.name}:${this.#lines.linePos(offset).line}`;
  }
}

interface PlacedNode {
  readonly range?: readonly number[] | null | undefined;
}

function sentence(code: string): readonly [string, string] {
  const { found, expected } = yamlFault(code);
  return [found, expected];
}
