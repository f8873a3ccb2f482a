import { DEMO_TOPICS } from './record-generator.ts';

export interface DemoPlace {
  readonly origin: string;
  readonly dataDir: string;
  readonly port: number;
}

/**
 * The demo's configuration, as a person would write it. One upstream that fails by the clock, with a
 * circuit quick enough to open and close in each round, and one that stays well beside it.
 */
export function demoSettings({ origin, dataDir, port }: DemoPlace): string {
  return `service: { name: netscope, node: demo, data_dir: ${dataDir} }
http: { port: ${port} }
logs: { level: warn }
source: { kind: embedded }
delivery: { tries_max: 5, retry_for_ms: 60000, backoff_base_ms: 250, backoff_cap_ms: 2000, ambiguous: retry }
upstreams:
  partner:
    origin: ${origin}
    circuit: { open_ms: 1000, open_max_ms: 2000 }
  steady:
    origin: ${origin}
routes:
  - name: orders
    group: orders
    topics: [${DEMO_TOPICS.orders}]
    upstream: partner
    request:
      method: POST
      path: /v1/orders/{value.id}
      headers: { content-type: application/json }
    idempotency: { honoured: true }
  - name: receipts
    group: receipts
    topics: [${DEMO_TOPICS.receipts}]
    upstream: steady
    request:
      method: PUT
      path: /steady/receipts/{value.id}
      headers: { content-type: application/json }
audit:
  store: directory
  directory: { path: ${dataDir}/audit }
  segment: { age_max_ms: 5000 }
`;
}
