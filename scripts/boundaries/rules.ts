/** May depend on every package. */
export const EVERYTHING = Symbol('everything');

const DOMAIN = ['domain'] as const;

/** What each package may depend on at run time, innermost first. A new edge needs an ADR. */
export const ALLOWED: Readonly<Record<string, readonly string[] | typeof EVERYTHING>> = {
  domain: [],
  config: DOMAIN,
  observability: DOMAIN,
  'metrics-engine': DOMAIN,
  delivery: DOMAIN,
  'ingest-kafka': DOMAIN,
  'ingest-embedded': DOMAIN,
  'network-probe': DOMAIN,
  'audit-ceph': DOMAIN,
  'outbound-client': ['domain', 'network-probe'],
  'api-server': ['domain', 'metrics-engine'],
  dashboard: ['api-server'],
  app: EVERYTHING,
  'test-support': DOMAIN,
};

/** What a package may import of another one, where that is not all of it. */
export const ALLOWED_ENTRIES: Readonly<Record<string, string>> = {
  'dashboard -> api-server': '@netscope/api-server/contract',
};

/** Libraries, and the one file that knows each. Test support drives real services with some. */
export const ONE_FILE: Readonly<Record<string, string>> = {
  undici: 'packages/outbound-client/src/undici-transport.ts',
  opossum: 'packages/outbound-client/src/opossum-circuit.ts',
  kafkajs: 'packages/ingest-kafka/src/kafkajs-driver.ts',
  'prom-client': 'packages/metrics-engine/src/prom-registry.ts',
  '@aws-sdk/client-s3': 'packages/audit-ceph/src/s3-object-store.ts',
  '@duckdb/node-api': 'packages/audit-ceph/src/query/duckdb.ts',
};

/** All that the domain may import besides itself. */
export const DOMAIN_IMPORTS: readonly string[] = ['zod'];
