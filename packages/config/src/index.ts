export { type ConfigWarning } from './config-warning.ts';
export {
  type Config,
  type EffectiveSettings,
  type KafkaConfig,
  type KafkaTls,
  type SourceConfig,
} from './config.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load-config.ts';
export { CREDENTIAL_VALUE, SECRET_NAME } from './checking/redaction.ts';
export { configSha256, renderEffective } from './render-effective.ts';
export { configJsonSchema } from './json-schema.ts';
export { configReference } from './reference.ts';
