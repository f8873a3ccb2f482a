/** Something that works and may not be meant. */
export interface ConfigWarning {
  /** Dotted path of the key; empty where it is about a variable that is no key's. */
  readonly path: string;
  /** File and line, or variable. */
  readonly where: string;
  readonly message: string;
}
