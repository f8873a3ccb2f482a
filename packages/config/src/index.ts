export { type ConfigWarning } from './checking/config-warnings.ts';
export {
  type Config,
  type EffectiveSettings,
  type KafkaConfig,
  type KafkaTls,
  type SourceConfig,
} from './config.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load-config.ts';
export { configSha256, renderEffective } from './render-effective.ts';
