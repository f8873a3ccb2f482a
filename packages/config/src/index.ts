export {
  type Config,
  type EffectiveSettings,
  type KafkaConfig,
  type KafkaTls,
  type SourceConfig,
} from './config.ts';
export { settingsSchema } from './schema/settings-schema.ts';
