import type { RouteSettings, Settings } from '../schema/settings-schema.ts';

/** Something said about settings that are well formed one by one. */
export interface Finding {
  /** The key that it is told at. */
  readonly path: readonly string[];
  /** The other keys that it rests on. */
  readonly others?: readonly (readonly string[])[];
  /** What stands at `path` unless given. */
  readonly found?: string;
  readonly expected: string;
}

/** One rule over one route, which stands at `at`. */
export type RouteCheck = (
  route: RouteSettings,
  at: readonly string[],
  settings: Settings,
) => readonly Finding[];

/** One rule over the whole settings. */
export type Check = (settings: Settings) => readonly Finding[];
