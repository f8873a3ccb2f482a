/** Where a setting was written. */
export interface Written {
  /** `netscope.yaml:12`, or the name of a variable. */
  readonly where: string;
  /** Folder that a relative path counts from. */
  readonly folder: string;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode extends Written {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /**
   * What YAML makes of a text that references were replaced in, where it stands without quotes: for
   * keys that take a value of any kind.
   */
  readonly meant?: Scalar | undefined;
  /** How a number or boolean was written, which its value may not tell (`1.0`, `007`). */
  readonly source?: string | undefined;
}

export interface ListNode extends Written {
  readonly kind: 'list';
  readonly items: readonly SettingNode[];
}

export interface MapNode extends Written {
  readonly kind: 'map';
  readonly entries: Map<string, SettingNode>;
  /** Where each key itself was written. */
  readonly places: Map<string, string>;
}

/** Settings as written, each with its place. */
export type SettingNode = ScalarNode | ListNode | MapNode;

export function emptyMap({ where, folder }: Written): MapNode {
  return { kind: 'map', entries: new Map(), places: new Map(), where, folder };
}

/** The place of the deepest node that stands on a path. */
export function placeOf(root: SettingNode, path: readonly PropertyKey[]): string {
  let node = root;
  let where = root.where;
  for (const key of path) {
    const inner = childOf(node, key);
    if (inner === undefined) return where;
    where = node.kind === 'map' ? (node.places.get(String(key)) ?? inner.where) : inner.where;
    node = inner;
  }
  return where;
}

/** What stands on a path; `undefined` where nothing does. */
export function nodeAt(root: SettingNode, path: readonly PropertyKey[]): SettingNode | undefined {
  let node: SettingNode | undefined = root;
  for (const key of path) {
    if (node === undefined) return undefined;
    node = childOf(node, key);
  }
  return node;
}

function childOf(node: SettingNode, key: PropertyKey): SettingNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(key));
  if (node.kind === 'list') return node.items[Number(key)];
  return undefined;
}
