export { ClusterMeeting } from './cluster-meeting.ts';
export { type Broker } from './cluster-view.ts';
export { KafkaSource, type KafkaSourceOptions } from './kafka-source.ts';
export {
  type KafkaConnection,
  type KafkaSasl,
  type KafkaSettings,
  type KafkaTls,
} from './kafka-settings.ts';
export { KafkaDeadLetters, type KafkaDeadLettersOptions } from './kafka-dead-letters.ts';
export { type LastRecords, readLast, type ReadLastOptions } from './read-last.ts';
