import { isAbsolute, resolve } from 'node:path';

import { mapLeaves } from './schema-walk.ts';
import type { Settings } from './schema/settings-schema.ts';
import { settingsSchema } from './schema/settings-schema.ts';

export interface Surroundings {
  /** Folder of the file: defaults that are paths count from it, as if they stood in it. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What the node is called where nobody named it; read from the environment as in a file. */
const NODE_DEFAULT = '${HOSTNAME:-local}';

/** Fills in the defaults that depend on something: absolute paths, the node, a route's group. */
export function finishSettings(settings: Settings, { folder, variables }: Surroundings): Settings {
  const absolute = mapLeaves(settingsSchema, settings, (value, facts) =>
    facts?.form === 'path' && typeof value === 'string' && value !== '' && !isAbsolute(value)
      ? resolve(folder, value)
      : value,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts became other texts
  const finished = absolute as Settings;
  const hostname = variables['HOSTNAME'];
  const standard = hostname === undefined || hostname === '' ? 'local' : hostname;
  const { node } = settings.service;
  return {
    ...finished,
    service: { ...finished.service, node: node === NODE_DEFAULT ? standard : node },
    routes: finished.routes.map((route) => ({ ...route, group: route.group ?? route.name })),
  };
}
