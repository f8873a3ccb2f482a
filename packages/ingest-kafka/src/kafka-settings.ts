/** PEM texts and the name for a TLS connection; `undefined` takes the platform's. */
export interface KafkaTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'oauthbearer';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | undefined;
    };

/** How brokers are reached. */
export interface KafkaConnection {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
}

/** `source.kafka` of the configuration; durations in ms. */
export interface KafkaSettings extends KafkaConnection {
  readonly groupId: string;
  /** For a partition on which the group has no offset; what it comes to is committed at once. */
  readonly autoOffsetReset: 'earliest' | 'latest' | 'none';
  /** What becomes of a partition whose log does not hold the group's offset. */
  readonly onOffsetLost: 'pause' | 'earliest' | 'latest';
  readonly sessionTimeoutMs: number;
  readonly commitIntervalMs: number;
  readonly startBudgetMs: number;
  /** The longest that records in flight may hold up a rebalance. */
  readonly revokeDrainMs: number;
  /** May hold `{topic}`. */
  readonly deadLetterTopic: string;
  /** A missing dead letter topic is created with the broker's defaults instead of waited for. */
  readonly createTopics: boolean;
}
