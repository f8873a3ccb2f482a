import type { ConfigFault } from '@netscope/domain';

import type { ConfigWarning } from '../config-warning.ts';
import { nearest } from '../nearest.ts';
import { isInjected, isServiceAddress, mayBeMeant } from './injected-variables.ts';
import { emptyMap, type MapNode, type SettingNode } from './setting-node.ts';
import type { VariableKey } from './variable-names.ts';

/** One set of variables; later sources win over earlier ones. */
export interface VariableSource {
  /** Before each name in faults: `.env:` or nothing. */
  readonly prefix: string;
  /** Folder that relative paths count from. */
  readonly folder: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

const PREFIX = 'NETSCOPE_';
/** Read before there are settings. */
const CONFIG_VARIABLE = 'NETSCOPE_CONFIG';

export interface AppliedVariables {
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Lays variables over the settings; answers what is wrong with them. Names that a platform injects
 * are passed over unless they are exactly a key's.
 */
export function applyVariables(
  root: MapNode,
  source: VariableSource,
  keys: ReadonlyMap<string, VariableKey>,
): AppliedVariables {
  const faults: ConfigFault[] = [];
  const warnings: ConfigWarning[] = [];
  for (const [name, value] of Object.entries(source.values)) {
    if (value === undefined || !name.startsWith(PREFIX) || name === CONFIG_VARIABLE) continue;
    const key = keys.get(name);
    const where = `${source.prefix}${name}`;
    if (key === undefined) {
      if (!isInjected(name, value)) faults.push(unknownVariable(name, where, keys));
      else if (mayBeMeant(name, value)) warnings.push({ path: '', where, message: IGNORED });
    } else if (isServiceAddress(value)) {
      faults.push(serviceAddress(key, where));
    } else {
      set(root, key.path, nodeOf(value, key, { where, folder: source.folder }));
    }
  }
  return { faults, warnings };
}

const IGNORED =
  'ignored, because Kubernetes injects this name; the port to listen on is NETSCOPE_HTTP_PORT';

function unknownVariable(
  name: string,
  where: string,
  keys: ReadonlyMap<string, VariableKey>,
): ConfigFault {
  const near = nearest(name, keys.keys());
  return {
    path: '',
    where,
    found: 'an unknown variable',
    expected: near === undefined ? 'the name of a key' : `a known one; the nearest is ${near}`,
  };
}

function serviceAddress(key: VariableKey, where: string): ConfigFault {
  return {
    path: key.path.join('.'),
    where,
    found: 'the address of a service, as Kubernetes or Docker injects it',
    expected: 'a value of this key: rename that service, or set enableServiceLinks: false',
  };
}

interface Origin {
  readonly where: string;
  readonly folder: string;
}

function nodeOf(value: string, key: VariableKey, origin: Origin): SettingNode {
  if (!key.isList) return { kind: 'scalar', value, ...origin };
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item): SettingNode => ({ kind: 'scalar', value: item, ...origin }));
  return { kind: 'list', items, ...origin };
}

/** Where a parent is no map, its own fault is told and the variable has nowhere to stand. */
function set(root: MapNode, path: readonly string[], node: SettingNode): void {
  let parent = root;
  for (const key of path.slice(0, -1)) {
    const inner = mapIn(parent.entries.get(key), node);
    if (inner === undefined) return;
    parent.entries.set(key, inner);
    parent = inner;
  }
  const last = path.at(-1) ?? '';
  parent.entries.set(last, node);
  parent.places.set(last, node.where);
}

function mapIn(found: SettingNode | undefined, node: SettingNode): MapNode | undefined {
  if (found === undefined) return emptyMap({ where: node.where, folder: node.folder });
  if (found.kind === 'scalar' && found.value === null) return emptyMap(found);
  return found.kind === 'map' ? found : undefined;
}
