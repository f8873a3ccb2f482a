import { z } from 'zod';

import { HTTP_ADDRESS, HTTP_ADDRESS_OR_NULL, isNetwork, isReachable } from './addresses.ts';
import { anyText, choice, decimal, flag, ms, text, textOrNull, texts, whole } from './leaves.ts';

const timeouts = z
  .strictObject({
    connect_ms: ms({ about: 'DNS, TCP and TLS of a new connection.', default: 200, min: 1 }),
    read_ms: ms({
      about: 'From the request written to the last byte of the body.',
      default: 1000,
      min: 1,
    }),
    global_ms: ms({ about: 'The whole call, attempts and waits included.', default: 1500, min: 1 }),
  })
  .prefault({});

const retry = z
  .strictObject({
    attempts: whole({ about: 'Attempts of one call in all.', default: 2, min: 1, max: 20 }),
    base_ms: ms({ about: 'First wait, before jitter.', default: 50 }),
    cap_ms: ms({ about: 'Longest wait.', default: 2000 }),
    budget_ratio: decimal({ about: 'Retries as a share of calls.', default: 0.1, max: 1 }),
    budget_min_per_second: decimal({ about: 'Retries a second always allowed.', default: 1 }),
  })
  .prefault({});

const bulkhead = z
  .strictObject({
    in_flight: whole({ about: 'Calls at the same time.', default: 64, min: 1 }),
    queue: whole({
      about: 'Callers other than the record source that may wait.',
      default: 2048,
    }),
    queue_age_max_ms: ms({ about: 'Longest they wait.', default: 1000, min: 1 }),
    adaptive: flag(
      'The limit follows what answers take above the round trip; in_flight is its maximum. Off: a fixed limit is easier to reason about.',
      false,
    ),
  })
  .prefault({});

const circuit = z
  .strictObject({
    failure_rate: decimal({ about: 'Share of failures that opens it.', default: 0.2, max: 1 }),
    window_ms: ms({ about: 'Over this time.', default: 10_000, min: 100 }),
    minimum_attempts: whole({ about: 'Attempts before it judges.', default: 20, min: 1 }),
    consecutive_failures: whole({
      about: 'Failures in a row that open it at any rate.',
      default: 5,
      min: 1,
    }),
    open_ms: ms({ about: 'How long it stays open at first.', default: 5000, min: 1 }),
    open_max_ms: ms({ about: 'How long at most, after doubling.', default: 60_000, min: 1 }),
    mode: choice(['enforce', 'observe'], '`observe` tells what it would do and does nothing.'),
  })
  .prefault({});

const rateLimit = z
  .strictObject({
    per_second: decimal({ about: 'Calls a second; 0 is off.', default: 0 }),
    burst: whole({ about: 'Calls at once; 0 follows `per_second`.', default: 0 }),
    mode: choice(['enforce', 'observe'], '`observe` tells what it would do and does nothing.'),
  })
  .prefault({});

const proxy = z
  .strictObject({
    url: textOrNull({
      about: 'Proxy for this upstream.',
      ...HTTP_ADDRESS_OR_NULL,
    }),
    username: anyText({ about: 'User at the proxy.' }).default(''),
    password_file: textOrNull({ about: 'File with its password.', path: true }),
    no_proxy: texts({ about: 'Hosts that are reached directly.' }),
  })
  .prefault({});

const tls = z
  .strictObject({
    ca_file: textOrNull({ about: 'Certificates to trust, PEM.', path: true }),
    cert_file: textOrNull({ about: 'Our certificate, PEM.', path: true }),
    key_file: textOrNull({ about: 'Its key, PEM.', path: true }),
    server_name: textOrNull({ about: 'Name to ask for and to check.' }),
    min_version: choice(['TLSv1.2', 'TLSv1.3'], 'Lowest version spoken.'),
  })
  .prefault({});

const auth = z
  .strictObject({
    kind: choice(
      ['none', 'bearer', 'basic', 'oauth2', 'standard_webhooks'],
      'How we prove to the upstream who we are.',
    ),
    token_file: text({ about: 'bearer: file with the token.', path: true }).optional(),
    username: text({ about: 'basic: the user.' }).optional(),
    password_file: text({ about: 'basic: file with the password.', path: true }).optional(),
    token_url: text({
      about: 'oauth2: where tokens come from.',
      ...HTTP_ADDRESS,
    }).optional(),
    client_id: text({ about: 'oauth2: the client.' }).optional(),
    client_secret_file: text({ about: 'oauth2: file with its secret.', path: true }).optional(),
    scope: text({ about: 'oauth2: the scope to ask for.' }).optional(),
    secret_files: z
      .array(text({ about: 'standard_webhooks: files with signing secrets.', path: true }))
      .optional(),
  })
  .prefault({});

const network = z
  .strictObject({
    addresses: choice(['any', 'public'], 'Addresses that the origin may resolve to.'),
    allow: texts({
      about: 'Addresses or networks allowed whatever `addresses` says.',
      expected: 'an address or a network as 10.0.0.0/8',
      check: isNetwork,
    }),
    external_ip: text({
      about:
        'The address that the outside sees. auto: as external_ip_url tells it, else our own where that is public, else none.',
    }).default('auto'),
    external_ip_url: textOrNull({
      about:
        'Asked by GET at the start and every 10 minutes for the address that the outside sees: 200, an IP address alone, within 5 s; redirects are not followed, `addresses` and `allow` hold for it too. After a failure the last answer stays. null: nobody outside is told that we are here.',
      ...HTTP_ADDRESS_OR_NULL,
    }),
    path: choice(['auto', 'direct', 'proxied'], 'What lies between us and the upstream.'),
  })
  .prefault({});

/** One entry of `upstreams`: an external system with its policies. */
export const upstreamSchema = z.strictObject({
  origin: text({
    about: 'Scheme, host and port; never taken from a record.',
    expected:
      'scheme, host and port alone, the port from 1 to 65535, as https://partner.example.net',
    pattern: /^https?:\/\/(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?\/?$/,
    check: isReachable,
  }),
  timeouts,
  retry,
  bulkhead,
  circuit,
  rate_limit: rateLimit,
  connections: z
    .strictObject({
      max: whole({ about: 'Connections at most.', default: 64, min: 1 }),
      keep_alive_ms: ms({ about: 'How long an idle one is kept.', default: 30_000, min: 1 }),
      http2: flag('Speaks HTTP/2 where the upstream does.', false),
    })
    .prefault({}),
  proxy,
  tls,
  auth,
  network,
});
