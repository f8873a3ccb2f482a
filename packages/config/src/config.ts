import type { RouteDefinition, UpstreamDefinition } from '@netscope/domain';

import type { Camelised } from './camelise.ts';
import type { Settings } from './schema/settings-schema.ts';

/** The snake_case settings with defaults, secrets already replaced; plain JSON. */
export type EffectiveSettings = Readonly<Record<string, unknown>>;

type Sections = Camelised<Settings>;
type KafkaSettings = Sections['source']['kafka'];

/** TLS to the brokers, files already read. */
export interface KafkaTls {
  readonly enabled: boolean;
  /** PEM text. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

/** `source.kafka` with secrets resolved: `sasl.password` is the one that counts. */
export type KafkaConfig = Omit<KafkaSettings, 'tls'> & { readonly tls: KafkaTls };

export type SourceConfig = Omit<Sections['source'], 'kafka'> & { readonly kafka: KafkaConfig };

type HashSettings = Sections['audit']['hash'];

/** `audit` with the key of `hash` read, where its kind has one. */
export type AuditConfig = Omit<Sections['audit'], 'hash'> & {
  readonly hash: HashSettings & { readonly key?: string | undefined };
};

/**
 * Everything that `netscope.yaml`, `.env` and the environment say, valid as a whole. Durations are
 * ms, sizes bytes, rates per second; paths are absolute; secrets and PEM files are read; what is not
 * given is `undefined`.
 */
export interface Config {
  readonly service: Sections['service'];
  readonly http: Sections['http'];
  readonly source: SourceConfig;
  readonly delivery: Sections['delivery'];
  readonly upstreams: readonly UpstreamDefinition[];
  /** In the order of the file: the first that matches wins. */
  readonly routes: readonly RouteDefinition[];
  readonly audit: AuditConfig;
  readonly metrics: Sections['metrics'];
  readonly logs: Sections['logs'];
  readonly telemetry: Sections['telemetry'];
  readonly shutdown: Sections['shutdown'];
  /** As `config print` shows it. */
  readonly effective: EffectiveSettings;
}
