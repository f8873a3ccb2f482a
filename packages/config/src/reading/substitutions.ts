const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g;
/** Private-use characters, which YAML takes as plain text everywhere, flow maps included. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const TOKEN = /\uE000(\d+)\uE001/g;

/** A text with its references replaced, and the names that are not set. */
export interface Filled {
  readonly text: string;
  readonly unset: readonly string[];
}

interface Reference {
  readonly name: string;
  readonly fallback: string | undefined;
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in scalars. References are hidden from the YAML parser
 * first, because their braces would end a flow map. A default counts where the name is not set or
 * empty, as in a shell.
 */
export class Substitutions {
  readonly #references: Reference[] = [];
  readonly #valueOf: (name: string) => string | undefined;

  constructor(valueOf: (name: string) => string | undefined) {
    this.#valueOf = valueOf;
  }

  hide(text: string): string {
    return text.replaceAll(REFERENCE, (_all, name: string, fallback: string | undefined) => {
      this.#references.push({ name, fallback });
      return `${OPEN}${this.#references.length - 1}${CLOSE}`;
    });
  }

  fill(text: string): Filled {
    if (!text.includes(OPEN)) return { text, unset: [] };
    const unset: string[] = [];
    const filled = text.replaceAll(TOKEN, (token, index: string) => {
      const reference = this.#references[Number(index)];
      if (reference === undefined) return token;
      const value = this.#lookUp(reference);
      if (value === undefined) unset.push(reference.name);
      return value ?? '';
    });
    return { text: filled, unset };
  }

  #lookUp({ name, fallback }: Reference): string | undefined {
    const value = this.#valueOf(name);
    if (fallback === undefined) return value;
    return value === undefined || value === '' ? fallback : value;
  }
}
