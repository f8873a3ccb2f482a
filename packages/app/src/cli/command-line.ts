import { parseArgs } from 'node:util';

import { UsageError } from './usage-error.ts';

/** Every option of every command; which command takes which stands in `COMMANDS`. */
const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  port: { type: 'string' },
  rate: { type: 'string' },
  for: { type: 'string' },
  keep: { type: 'boolean' },
  record: { type: 'string' },
  topic: { type: 'string' },
  last: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
  lock: { type: 'string' },
  'data-dir': { type: 'string' },
  head: { type: 'string', multiple: true },
  'key-file': { type: 'string', multiple: true },
  service: { type: 'string' },
  'route-group': { type: 'string' },
  'trace-id': { type: 'string' },
  'request-id': { type: 'string' },
  'idempotency-key': { type: 'string' },
  outcome: { type: 'string' },
  status: { type: 'string' },
  html: { type: 'string' },
  csv: { type: 'boolean' },
  parquet: { type: 'boolean' },
  out: { type: 'string' },
} as const;

type OptionName = keyof typeof OPTIONS;

/** Options that every command accepts. */
const COMMON: readonly OptionName[] = ['config', 'json', 'help', 'version'];

/** What an event of the trail is looked for by, besides its time. */
export const EVENT_FIELDS = [
  'service',
  'route-group',
  'trace-id',
  'request-id',
  'idempotency-key',
  'outcome',
  'status',
] as const satisfies readonly OptionName[];

/** Which events, of which time, and what opens them. */
const EVENT_FILTERS = ['from', 'to', ...EVENT_FIELDS, 'key-file'] as const;

/** The commands there are, by their words, each with the options that are its own. */
export const COMMANDS = {
  run: [],
  demo: ['port', 'rate', 'for', 'keep'],
  'config check': [],
  'config print': [],
  'routes test': ['record', 'topic', 'last'],
  'audit cat': EVENT_FILTERS,
  'audit export': ['from', 'to', 'service', 'route-group', 'parquet', 'out', 'key-file'],
  'audit grep': EVENT_FILTERS,
  'audit init-bucket': ['lock'],
  'audit ls': EVENT_FILTERS,
  'audit query': [...EVENT_FILTERS, 'csv'],
  'audit ship': ['data-dir'],
  'audit timeline': ['from', 'to', 'service', 'trace-id', 'request-id', 'html', 'key-file'],
  'audit verify': ['from', 'to', 'public-key', 'head'],
  report: ['from', 'to', 'service', 'route-group', 'html', 'key-file'],
} as const satisfies Readonly<Record<string, readonly OptionName[]>>;

export type CommandName = keyof typeof COMMANDS;

/** What a command takes behind its words, where it takes something. */
const OPERANDS: Readonly<Partial<Record<CommandName, string>>> = { 'audit query': 'SQL' };

export type OptionValues = {
  readonly [Name in OptionName]?: string | boolean | readonly (string | boolean)[];
};

export interface CommandLine {
  /** Absent where only `--help` or `--version` was asked, or nothing at all. */
  readonly command: CommandName | undefined;
  /** What stands behind the words, where the command takes something there. */
  readonly operand: string | undefined;
  readonly options: OptionValues;
}

/** Reads a command line. @throws {UsageError} naming what is wrong and what would be right. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = read(args);
  const asksHelp = values.help === true;
  const taking = commandWithOperand(positionals);
  const command = taking ?? commandOf(positionals, asksHelp);
  if (command !== undefined) refuseForeignOptions(command, values);
  const operand = taking === undefined || asksHelp ? undefined : operandOf(taking, positionals);
  return { command, operand, options: values };
}

/** The text of a string option, where it was given. */
export function textOption(options: OptionValues, name: OptionName): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option that may be given more than once. */
export function textsOption(options: OptionValues, name: OptionName): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A whole number at least `least`, at most `most`. @throws {UsageError} */
export function countOption(
  options: OptionValues,
  name: OptionName,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  const bound =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} must be a whole number ${bound}, not "${text}"`);
}

function read(args: readonly string[]): {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
} {
  try {
    // pnpm hands a separating `--` on as it is.
    const cleaned = args.filter((argument) => argument !== '--');
    return parseArgs({ args: cleaned, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node goes on about values that begin with a dash, which no option here takes.
    throw new UsageError(message.replace(/\. To specify a positional.*$/su, ''));
  }
}

function commandWithOperand(positionals: readonly string[]): CommandName | undefined {
  return Object.keys(OPERANDS).find((name): name is CommandName => {
    const words = name.split(' ');
    return words.every((word, at) => positionals[at] === word);
  });
}

function operandOf(command: CommandName, positionals: readonly string[]): string {
  const [operand, ...others] = positionals.slice(command.split(' ').length);
  const what = OPERANDS[command];
  if (operand === undefined) throw new UsageError(`${command} needs ${what}: ${command} '${what}'`);
  if (others.length === 0) return operand;
  throw new UsageError(`${command} takes one ${what}: quote it, so that the shell keeps it whole`);
}

function commandOf(positionals: readonly string[], asksHelp: boolean): CommandName | undefined {
  if (positionals.length === 0) return undefined;
  const words = positionals.join(' ');
  const names = Object.keys(COMMANDS);
  const known = names.find((name): name is CommandName => name === words);
  if (known !== undefined) return known;
  const longer = names.filter((name) => name.startsWith(`${words} `));
  if (longer.length > 0 && asksHelp) return undefined;
  if (longer.length > 0) {
    throw new UsageError(`"${words}" is not whole; there are ${longer.join(', ')}`);
  }
  throw new UsageError(`there is no command "${words}"; the commands are ${names.join(', ')}`);
}

function refuseForeignOptions(command: CommandName, values: OptionValues): void {
  const allowed: readonly string[] = [...COMMON, ...COMMANDS[command]];
  const foreign = Object.keys(values).find((name) => !allowed.includes(name));
  if (foreign === undefined) return;
  const names = allowed.map((name) => `--${name}`).join(' ');
  throw new UsageError(`"${command}" takes no --${foreign}; it takes ${names}`);
}
