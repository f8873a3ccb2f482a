import { SourceError, type SourceErrorCode } from '@netscope/domain';

/** What kafkajs puts on its errors. */
interface KafkaFacts {
  readonly name: string;
  readonly message: string;
  readonly type?: string;
  readonly retriable?: boolean;
  /** OpenSSL's and Node's, on a connection that failed. */
  readonly code?: string;
}

const UNKNOWN_SIGNER = 'source.kafka.tls.ca_file does not hold who signed their certificate';
const OURS_REFUSED = 'they take no certificate of ours: source.kafka.tls.cert_file and key_file';

/** Certificates that no later attempt will like better, by Node's and OpenSSL's codes. */
const TLS_REFUSALS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_SIGNER,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_SIGNER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_SIGNER,
  CERT_SIGNATURE_FAILURE: UNKNOWN_SIGNER,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'source.kafka.tls.server_name must be a name that their certificate was made for',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: OURS_REFUSED,
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': OURS_REFUSED,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: OURS_REFUSED,
};

/** Broker answers that only a change of configuration, or an operator, can mend, and how. */
const REFUSALS: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED:
    "our principal needs the topic's ACLs: read, or write for dead letters",
  GROUP_AUTHORIZATION_FAILED: 'our principal needs the ACL to read source.kafka.group_id',
  CLUSTER_AUTHORIZATION_FAILED: "our principal needs the cluster's ACLs",
  SASL_AUTHENTICATION_FAILED: 'see username and password of source.kafka.sasl',
  UNSUPPORTED_SASL_MECHANISM: 'the listener does not take source.kafka.sasl.mechanism',
  ILLEGAL_SASL_STATE: 'the listener does not take source.kafka.sasl.mechanism',
  INVALID_SESSION_TIMEOUT:
    "source.kafka.session_timeout_ms is outside the broker's group.min.session.timeout.ms and group.max.session.timeout.ms",
  INCONSISTENT_GROUP_PROTOCOL:
    'other software is a member of this group: stop it, or choose another source.kafka.group_id',
  INVALID_GROUP_ID: 'source.kafka.group_id cannot be the name of a group',
  INVALID_TOPIC_EXCEPTION: 'a topic of the routes cannot be the name of a topic',
  UNSUPPORTED_VERSION: 'the brokers and this client share no version of the protocol',
};

const REFUSING_NAMES: ReadonlySet<string> = new Set([
  'KafkaJSSASLAuthenticationError',
  'KafkaJSNotImplemented',
  'KafkaJSServerDoesNotSupportApiKey',
]);

/** An error of kafkajs as one of ours; one of ours stays as it is. `doing`: "committing offsets". */
export function translateKafkaError(error: unknown, doing: string): SourceError {
  if (error instanceof SourceError) return error;
  const facts = innermost(error);
  const remedy = TLS_REFUSALS[facts.code ?? ''] ?? REFUSALS[facts.type ?? ''];
  const isRefusal = remedy !== undefined || REFUSING_NAMES.has(facts.name);
  const code: SourceErrorCode = isRefusal ? 'SOURCE_MISCONFIGURED' : 'SOURCE_UNAVAILABLE';
  return new SourceError(
    code,
    `Kafka failed ${doing}: ${facts.message}${remedy === undefined ? '' : `; ${remedy}`}`,
    {
      kind: isRefusal ? 'permanent' : 'transient',
      details: { kafka_error: facts.type ?? facts.name },
      cause: error,
    },
  );
}

/** Does it, with its error translated. @throws {SourceError} */
export async function translated<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateKafkaError(error, doing);
  }
}

/** True for the broker's word that a record is larger than its topic takes. */
export function isTooLarge(error: unknown): boolean {
  const type = innermost(error).type;
  return type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE';
}

/** True for the broker's word that our principal may not do that with a topic. */
export function isTopicRefused(error: unknown): boolean {
  return innermost(error).type === 'TOPIC_AUTHORIZATION_FAILED';
}

/** True for the broker's word that it takes less metadata with a commit. */
export function isMetadataTooLarge(error: unknown): boolean {
  return innermost(error).type === 'OFFSET_METADATA_TOO_LARGE';
}

/** kafkajs wraps a cause in "retries exceeded" and the like; the innermost one tells the reason. */
function innermost(error: unknown): KafkaFacts {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (current instanceof Error) return current;
  return { name: 'Error', message: String(current) };
}
