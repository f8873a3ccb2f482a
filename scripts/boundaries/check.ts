import { isBuiltin } from 'node:module';
import path from 'node:path';

import { ALLOWED, ALLOWED_ENTRIES, DOMAIN_IMPORTS, EVERYTHING, ONE_FILE } from './rules.ts';
import {
  packageOf,
  readImports,
  readPackages,
  SCOPE,
  type FileImport,
  type WorkspacePackage,
} from './workspace.ts';

/** What was looked at, and what breaks a rule. */
export interface BoundaryReport {
  readonly packages: number;
  readonly files: number;
  readonly imports: number;
  /** From one package to another, as the manifests declare them. */
  readonly edges: number;
  /** One sentence each. */
  readonly violations: readonly string[];
}

/** Holds the workspace at `root` against the rules: its manifests first, then what files import. */
export function checkBoundaries(root: string): BoundaryReport {
  const packages = readPackages(root);
  const read = packages.map((one) => ({ one, ...readImports(root, one.folder) }));
  const violations = [
    ...packages.flatMap((one) => manifestViolations(one)),
    ...read.flatMap(({ one, imports }) => imports.flatMap((found) => importViolation(one, found))),
  ];
  return {
    packages: packages.length,
    files: sum(read.map(({ files }) => files)),
    imports: sum(read.map(({ imports }) => imports.length)),
    edges: sum(packages.map((one) => edgesOf(one).length)),
    violations: [...new Set(violations)],
  };
}

function manifestViolations(one: WorkspacePackage): string[] {
  const allowed = ALLOWED[one.name];
  if (allowed === undefined) return [`${one.name} has no layer: add it to the rules`];
  const edges = edgesOf(one);
  const forbidden = allowed === EVERYTHING ? [] : edges.filter((to) => !allowed.includes(to));
  const unreferenced = edges.filter((to) => !one.references.includes(to));
  return [
    ...forbidden.map((to) => `${one.name} must not depend on ${to}`),
    ...unreferenced.map(
      (to) => `${one.name} depends on ${to} but its tsconfig.json does not reference it`,
    ),
  ];
}

function importViolation(one: WorkspacePackage, found: FileImport): string[] {
  const to = packageOf(found.specifier);
  const isSource = found.file.startsWith(`${one.folder}/src/`);
  if (to === undefined) return relativeViolation(one, found);
  const reasons = [
    isUndeclared(one, to, isSource) && 'which its manifest does not name',
    isSource && one.name === 'domain' && !DOMAIN_IMPORTS.includes(to) && 'the domain may not',
    isSource && isKnownElsewhere(one, to, found.file) && `only ${ONE_FILE[to]} may`,
    isForbiddenEntry(one, found.specifier) && 'of which it may only use the contract',
  ];
  return reasons
    .filter((reason) => reason !== false)
    .map((reason) => `${found.file} imports ${found.specifier}: ${reason}`);
}

/** A path may not lead out of the package, and from `src` only to its manifest (for the version). */
function relativeViolation(one: WorkspacePackage, { file, specifier }: FileImport): string[] {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const home = file.startsWith(`${one.folder}/src/`) ? `${one.folder}/src/` : `${one.folder}/`;
  const isInside = target.startsWith(home) || target === `${one.folder}/package.json`;
  return isInside ? [] : [`${file} imports ${specifier}: it leads out of ${home}`];
}

function isUndeclared(one: WorkspacePackage, to: string, isSource: boolean): boolean {
  if (isBuiltin(to) || to === SCOPE + one.name) return false;
  if (one.dependencies.includes(to)) return false;
  return isSource || !one.devDependencies.includes(to);
}

function isKnownElsewhere(one: WorkspacePackage, to: string, file: string): boolean {
  return one.name !== 'test-support' && to in ONE_FILE && ONE_FILE[to] !== file;
}

function isForbiddenEntry(one: WorkspacePackage, specifier: string): boolean {
  const to = packageOf(specifier)?.slice(SCOPE.length);
  const entry = ALLOWED_ENTRIES[`${one.name} -> ${to}`];
  return entry !== undefined && entry !== specifier;
}

function edgesOf(one: WorkspacePackage): string[] {
  return one.dependencies
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.slice(SCOPE.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
