import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

import { ConfigError, type ConfigFault } from '@netscope/domain';

import { checkSettings } from './checking/check-settings.ts';
import { configWarnings } from './checking/config-warnings.ts';
import { inOrder } from './checking/fault-order.ts';
import { redact } from './checking/redaction.ts';
import type { ConfigWarning } from './config-warning.ts';
import type { Config, EffectiveSettings } from './config.ts';
import { finishSettings } from './finish-settings.ts';
import { applyVariables, type VariableSource } from './reading/apply-variables.ts';
import { readDotenv } from './reading/read-dotenv.ts';
import { readYaml } from './reading/read-yaml.ts';
import { emptyMap, placeOf } from './reading/setting-node.ts';
import { Substitutions } from './reading/substitutions.ts';
import { variableKeys } from './reading/variable-names.ts';
import { settingsSchema } from './schema/settings-schema.ts';
import { codeOf, SecretFiles } from './secrets.ts';
import { toConfig } from './to-config.ts';

export interface LoadOptions {
  /** From `--config`; wins over `NETSCOPE_CONFIG` and `./netscope.yaml`. */
  readonly file?: string | undefined;
  /** The settings themselves instead of a file; relative paths then count from `cwd`. */
  readonly text?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The caller's folder. */
  readonly cwd: string;
  /** Whether `.env` beside the file is read; true unless given. */
  readonly dotenv?: boolean | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly ConfigWarning[];
  /** Absolute path of the file; where `text` was given, of the file it stands for. */
  readonly file: string;
}

const FILE_BYTES_MAX = 4 * 1_048_576;

/**
 * Reads the file, `.env` beside it and the environment, each over the one before.
 *
 * @throws {ConfigError} with every fault there is.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const file = resolve(
    options.cwd,
    options.file ?? nonEmpty(options.env['NETSCOPE_CONFIG']) ?? 'netscope.yaml',
  );
  return new ConfigLoader(options, file).load();
}

class ConfigLoader {
  readonly #options: LoadOptions;
  readonly #file: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #faults: ConfigFault[] = [];
  readonly #warnings: ConfigWarning[] = [];
  #isUnreadable = false;

  constructor(options: LoadOptions, file: string) {
    this.#options = options;
    this.#file = file;
    this.#folder = dirname(file);
    this.#name = shownPath(options.cwd, file);
  }

  load(): LoadedConfig {
    const sources = this.#variables();
    const values: Readonly<Record<string, string | undefined>> = Object.assign(
      {},
      ...sources.map((source) => source.values),
    );
    const root = this.#settings(values);
    for (const source of sources) {
      const applied = applyVariables(root, source, VARIABLE_KEYS);
      this.#faults.push(...applied.faults);
      this.#warnings.push(...applied.warnings);
    }
    // Without a readable file every required key would be told as missing.
    if (this.#isUnreadable) throw this.#error();
    const checked = checkSettings(root);
    this.#faults.push(...checked.faults);
    if (checked.settings === undefined) throw this.#error();
    const settings = finishSettings(checked.settings, { folder: this.#folder, variables: values });
    const files = new SecretFiles((path) => placeOf(root, path));
    const config = toConfig(settings, effectiveOf(settings), files);
    this.#faults.push(...files.faults);
    if (this.#faults.length > 0) throw this.#error();
    const warnings = [...configWarnings(settings, root), ...this.#warnings];
    return { config, warnings, file: this.#file };
  }

  #settings(values: Readonly<Record<string, string | undefined>>): ReturnType<typeof emptyMap> {
    const text = this.#options.text ?? this.#read();
    const nothing = emptyMap({ where: this.#name, folder: this.#folder });
    if (text === undefined) return nothing;
    const { root, faults } = readYaml({
      text,
      name: this.#name,
      folder: this.#folder,
      substitutions: new Substitutions((name) => values[name]),
    });
    this.#faults.push(...faults);
    this.#isUnreadable = root === undefined;
    return root ?? nothing;
  }

  #read(): string | undefined {
    const content = readBytes(this.#file);
    if (typeof content === 'string') {
      this.#tellFile(`no file that can be read (${content})`, 'a file, or --config FILE');
    } else if (content.byteLength > FILE_BYTES_MAX) {
      this.#tellFile('more than 4 MiB', 'a configuration');
    } else {
      const text = decodeUtf8(content);
      if (text !== undefined) return text;
      this.#tellFile('bytes that are not UTF-8', 'UTF-8 text');
    }
    this.#isUnreadable = true;
    return undefined;
  }

  /** `.env` first, then the environment, which wins. */
  #variables(): readonly VariableSource[] {
    const environment = { prefix: '', folder: this.#options.cwd, values: this.#options.env };
    if (this.#options.dotenv === false) return [environment];
    const content = readBytes(resolve(this.#folder, '.env'));
    if (typeof content === 'string') {
      if (content !== 'ENOENT' && content !== 'ENOTDIR') {
        this.#tell('.env', `a file that cannot be read (${content})`, 'a readable file, or none');
      }
      return [environment];
    }
    const text = decodeUtf8(content);
    if (text === undefined) {
      this.#tell('.env', 'bytes that are not UTF-8', 'UTF-8 text');
      return [environment];
    }
    const { values, faults } = readDotenv(text, '.env');
    this.#faults.push(...faults);
    return [{ prefix: '.env: ', folder: this.#folder, values }, environment];
  }

  #error(): ConfigError {
    return new ConfigError(inOrder(this.#faults));
  }

  #tellFile(found: string, expected: string): void {
    this.#tell(this.#name, found, expected);
  }

  #tell(where: string, found: string, expected: string): void {
    this.#faults.push({ path: '', where, found, expected });
  }
}

const VARIABLE_KEYS = variableKeys(settingsSchema);

function effectiveOf(settings: object): EffectiveSettings {
  return { ...redactedObject(settings) };
}

function redactedObject(settings: object): object {
  const redacted = redact(settingsSchema, settings);
  return typeof redacted === 'object' && redacted !== null ? redacted : {};
}

/** The bytes, or the system's code of why not. */
function readBytes(file: string): Buffer | string {
  try {
    return readFileSync(file);
  } catch (error) {
    return codeOf(error);
  }
}

function decodeUtf8(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** Relative where the file lies under the caller's folder. */
function shownPath(cwd: string, file: string): string {
  const shown = relative(cwd, file);
  return shown.startsWith('..') || isAbsolute(shown) ? file : shown;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
