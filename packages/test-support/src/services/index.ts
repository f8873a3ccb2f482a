export { freePort } from './free-port.ts';
export { HeadlessChromium, type ChromiumOptions } from './headless-chromium.ts';
export type { KafkaBrokerOptions } from './kafka-broker.ts';
export { ensurePrerequisites, type ServiceKind } from './prerequisites.ts';
export {
  RealKafka,
  type OffsetByPartition,
  type RecordToProduce,
  type StoredRecord,
} from './real-kafka.ts';
export { RealKafkaCluster } from './real-kafka-cluster.ts';
export { RealRgw } from './real-rgw.ts';
export { RealVersity } from './real-versity.ts';
export type { RgwAddress } from './rgw-control.ts';
export type { BucketOptions } from './s3-client.ts';
export { HOST_VARIABLE, ServiceHost } from './service-host.ts';
export { isMissing, sharedKafka, sharedRgw } from './shared-services.ts';
