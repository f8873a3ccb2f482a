import { z } from 'zod';

import { FEATURES_TO_COME } from './checking/features-to-come.ts';
import { type VariableKey, variableKeys, variableName } from './reading/variable-names.ts';
import { walkSchema } from './schema-walk.ts';
import { DEFAULT_SETTINGS } from './schema/default-settings.ts';
import type { LeafFacts } from './schema/leaves.ts';
import { settingsSchema } from './schema/settings-schema.ts';

interface Row {
  readonly path: readonly string[];
  readonly facts: LeafFacts;
  readonly standard: string;
}

/** The reference page of the configuration, Markdown, made from the schema. */
export function configReference(): string {
  const variables = variableKeys(settingsSchema);
  const sections = Object.entries(settingsSchema.def.shape).map(([section, schema]) =>
    sectionText(section, rowsOf(schema, [section]), variables),
  );
  return [HEAD, ...sections, featuresText(), TAIL].join('\n');
}

const HEAD = `# Configuration reference

Made from the schema by \`node scripts/generate-reference.ts\`; \`netscope.schema.json\` beside it is the same for editors.

\`netscope.yaml\` (or \`--config FILE\`, or \`NETSCOPE_CONFIG\`) is the base; \`.env\` beside it, then the environment, override it. Durations are milliseconds (\`_ms\`), sizes bytes or \`8MiB\`, rates a second. Relative paths in the file count from its folder. In the file \`\${NAME}\` and \`\${NAME:-default}\` are replaced; a name that is not set is a fault. A list in a variable is comma separated. \`netscope config check\` lists every fault at once, and \`netscope config print\` shows the effective values with secrets redacted. *Why:* says why a default is what it is.
`;

const TAIL = `## Templates

\`{key}\`, \`{header.NAME}\`, \`{value.a.b}\`, \`{topic}\`, \`{partition}\`, \`{offset}\`, \`{timestamp}\`, \`{trace_id}\`, \`{idempotency_key}\` in paths, query and headers. \`{{\` and \`}}\` are one brace. Nothing else: no language inside.

## Faults

Besides an unknown key or variable and a bad value: \`connect_ms\` or \`read_ms\` over \`global_ms\`; \`base_ms\` over \`cap_ms\`; \`backoff_base_ms\` over \`backoff_cap_ms\`; \`open_ms\` over \`open_max_ms\`; a route to an unknown upstream; two routes of one name; a malformed template; a dead letter or response topic that a route reads; a header that NetScope sets itself, the idempotency key's own that is forwarded, or one of a route in two spellings; \`http.metrics_port\` equal to \`http.port\`; a certificate without its key or the reverse, one that TLS cannot use, or a key that is not its own; a host that is not loopback without authentication and without \`http.auth.allow_insecure\`; \`rgw\` without an endpoint or bucket; a file that cannot be read. Exit code 78.

## Variables that are ignored

What Kubernetes and Docker inject for services called \`netscope\` or \`netscope-...\` (\`NETSCOPE_SERVICE_HOST\`, \`NETSCOPE_PORT\`, \`NETSCOPE_PORT_8080_TCP_ADDR\`), unless the name is exactly a key's. A \`tcp://\` value under a key's name is a fault that says why.
`;

function rowsOf(schema: z.core.$ZodType, path: readonly string[]): readonly Row[] {
  const { shape } = walkSchema(schema);
  if (shape.kind === 'leaf') {
    return shape.facts === undefined
      ? []
      : [{ path, facts: shape.facts, standard: standardOf(schema, path) }];
  }
  if (shape.kind === 'object') {
    return Object.entries(shape.keys).flatMap(([key, inner]) => rowsOf(inner, [...path, key]));
  }
  const inner = walkSchema(shape.kind === 'list' ? shape.item : shape.value).shape;
  if (inner.kind === 'leaf') {
    const { facts } = inner;
    return facts === undefined ? [] : [{ path, facts, standard: standardOf(schema, path) }];
  }
  return rowsOf(shape.kind === 'list' ? shape.item : shape.value, [...path, '*']);
}

function standardOf(schema: z.core.$ZodType, path: readonly string[]): string {
  if (schema instanceof z.ZodOptional) return '';
  if (!(schema instanceof z.ZodDefault)) return '**required**';
  const facts = walkSchema(schema).shape;
  const value: unknown = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? Reflect.get(inner, key === '*' ? '0' : key)
        : undefined,
    DEFAULT_SETTINGS,
  );
  const isSize = facts.kind === 'leaf' && facts.facts?.form === 'bytes';
  if (isSize && typeof value === 'number') return code(sizeText(value));
  return code(JSON.stringify(value ?? schema.def.defaultValue));
}

function sizeText(bytes: number): string {
  const units = ['GiB', 'MiB', 'KiB'];
  const index = units.findIndex((_unit, position) => bytes % 1024 ** (3 - position) === 0);
  return index === -1 ? String(bytes) : `${bytes / 1024 ** (3 - index)}${units[index] ?? ''}`;
}

function sectionText(
  section: string,
  rows: readonly Row[],
  variables: ReadonlyMap<string, VariableKey>,
): string {
  const lines = rows.map(({ path, facts, standard }) => {
    const variable = variableName(path);
    const cells = [
      code(path.join('.')),
      standard,
      describe(facts),
      variables.has(variable) ? code(variable) : '',
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `## \`${section}\`

| key | default | what it is | variable |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

function describe({ about, expected, why }: LeafFacts): string {
  return `${about} Takes ${expected}.${why === undefined ? '' : ` *Why:* ${why}`}`;
}

function featuresText(): string {
  const lines = FEATURES_TO_COME.map(({ path, instead }) => `| ${code(path)} | ${instead} |`);
  return `## Not in this release yet

These keys are accepted, and a warning says so where one is not at its default.

| key | what happens instead |
| --- | --- |
${lines.join('\n')}
`;
}

function code(text: string): string {
  return `\`${text}\``;
}
