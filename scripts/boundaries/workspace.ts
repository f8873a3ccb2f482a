import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const SCOPE = '@netscope/';

/** One package, as its manifest and its TypeScript project declare it. */
export interface WorkspacePackage {
  /** Without the scope. */
  readonly name: string;
  /** `packages/NAME`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Names of the packages that its TypeScript project references. */
  readonly references: readonly string[];
}

/** One import as it stands in a file. */
export interface FileImport {
  /** From the root of the workspace. */
  readonly file: string;
  readonly specifier: string;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Project {
  readonly references?: readonly { readonly path: string }[];
}

/** Every package under `packages/`. */
export function readPackages(root: string): WorkspacePackage[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => readPackage(root, path.dirname(file)));
}

/** Every import of every TypeScript file of a package, and how many files were read. */
export function readImports(
  root: string,
  folder: string,
): { readonly files: number; readonly imports: readonly FileImport[] } {
  const files = globSync(`${folder}/{src,test}/**/*.{ts,tsx}`, { cwd: root }).toSorted();
  const imports = files.flatMap((file) =>
    specifiersIn(readFileSync(path.join(root, file), 'utf8')).map((specifier) => ({
      file,
      specifier,
    })),
  );
  return { files: files.length, imports };
}

/** The package that a specifier names; `undefined` for a relative one. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest: Manifest = JSON.parse(read(root, folder, 'package.json'));
  const hasProject = existsSync(path.join(root, folder, 'tsconfig.json'));
  const project: Project = hasProject ? JSON.parse(read(root, folder, 'tsconfig.json')) : {};
  return {
    name: manifest.name.slice(SCOPE.length),
    folder,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    references: (project.references ?? []).map((reference) => path.basename(reference.path)),
  };
}

function read(...parts: readonly string[]): string {
  return readFileSync(path.join(...parts), 'utf8');
}

const IMPORTS = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gmu,
  /^\s*import\s*['"]([^'"]+)['"]/gmu,
  /\bimport\(\s*['"]([^'"]+)['"]/gu,
];

function specifiersIn(source: string): string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gmu, '');
  return IMPORTS.flatMap((pattern) =>
    [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []),
  );
}
