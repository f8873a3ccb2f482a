/** A step by name from one place in a JSON body to the next. */
export interface NamedStep {
  readonly name: string;
  /** The same in UTF-8. */
  readonly bytes: Uint8Array;
  /** The same as a member begins: `,"name":`. */
  readonly label: Uint8Array;
  readonly to: PathNode;
  /** The object that it was last met in, by a number of the reader's. */
  metIn: number;
}

const EACH = '*';
const INDEX = /^(?:0|[1-9]\d{0,8})$/u;

/** A place in a JSON body that allowed paths go through or end at. */
export class PathNode {
  /** A path ends here: a scalar may be shown. */
  readonly isEnd: boolean;
  readonly steps: readonly NamedStep[];
  readonly #items = new Map<number, PathNode>();
  readonly #eachItem: PathNode | undefined;

  private constructor(paths: readonly (readonly string[])[]) {
    this.isEnd = paths.some((path) => path.length === 0);
    const firsts = new Set(paths.flatMap((path) => path.slice(0, 1)));
    // An item has what is allowed of each item besides what is allowed of it alone.
    const to = (...names: readonly string[]): PathNode =>
      new PathNode(
        paths
          .filter(([first]) => first !== undefined && names.includes(first))
          .map(([, ...rest]) => rest),
      );
    this.#eachItem = firsts.has(EACH) ? to(EACH) : undefined;
    for (const name of firsts) if (INDEX.test(name)) this.#items.set(Number(name), to(name, EACH));
    this.steps = [...firsts].filter((name) => name !== EACH).map((name) => stepOf(name, to(name)));
  }

  /** The place that a body begins at. */
  static of(paths: readonly (readonly string[])[]): PathNode {
    return new PathNode(paths);
  }

  /** Whether no path goes on from here. */
  get isLeaf(): boolean {
    return this.steps.length === 0 && !this.hasItems;
  }

  get hasItems(): boolean {
    return this.#eachItem !== undefined || this.#items.size > 0;
  }

  /** The place of a list's item, from 0. */
  item(index: number): PathNode | undefined {
    return this.#items.get(index) ?? this.#eachItem;
  }
}

function stepOf(name: string, to: PathNode): NamedStep {
  const label = Buffer.from(`,${JSON.stringify(name)}:`);
  return { name, bytes: Buffer.from(name), label, to, metIn: 0 };
}
