export { KafkaSource, type KafkaSourceOptions } from './kafka-source.ts';
export {
  type KafkaConnection,
  type KafkaSasl,
  type KafkaSettings,
  type KafkaTls,
} from './kafka-settings.ts';
