import { z } from 'zod';

import { HTTP_ADDRESS, HTTP_ADDRESS_OR_NULL, isNetwork, isReachable } from './addresses.ts';
import { anyText, choice, decimal, flag, ms, text, textOrNull, texts, whole } from './leaves.ts';

const timeouts = z
  .strictObject({
    connect_ms: ms({
      about: 'DNS, TCP and TLS of a new connection.',
      default: 200,
      min: 1,
      why: 'Name, TCP and TLS 1.2 take four round trips: 50 ms each. More for what is farther away.',
    }),
    read_ms: ms({
      about: 'From the request written to the last byte of the body.',
      default: 1000,
      min: 1,
      why: 'What is silent for a second rarely answers in the next, and holds one of 64 slots.',
    }),
    global_ms: ms({
      about: 'The whole call, attempts and waits included.',
      default: 1500,
      min: 1,
      why: 'One attempt to the end of its `connect_ms` and `read_ms`, and room for a quicker second one.',
    }),
  })
  .prefault({});

const retry = z
  .strictObject({
    attempts: whole({
      about: 'Attempts of one call in all.',
      default: 2,
      min: 1,
      max: 20,
      why: "One repeat heals a lost connection; what needs more is for the record's own backoff, which holds no slot.",
    }),
    base_ms: ms({
      about: 'First wait, before jitter.',
      default: 50,
      why: 'Past a connection that was reset, and little beside `global_ms`.',
    }),
    cap_ms: ms({
      about: 'Longest wait.',
      default: 2000,
      why: 'Counts only where `attempts` and `global_ms` are raised: two attempts never come to it.',
    }),
    budget_ratio: decimal({
      about: 'Retries as a share of calls.',
      default: 0.1,
      max: 1,
      why: 'An upstream that fails for good gets a tenth more load, not twice as much.',
    }),
    budget_min_per_second: decimal({
      about: 'Retries a second always allowed.',
      default: 1,
      why: 'A tenth of a few calls a second would allow none.',
    }),
  })
  .prefault({});

const bulkhead = z
  .strictObject({
    in_flight: whole({
      about:
        'Calls at the same time; no more than connections.max where HTTP/1.1 is spoken, since each has a connection of its own.',
      default: 64,
      min: 1,
      why: 'At 20 ms an answer, 3,200 calls a second, on as many connections as are the default.',
    }),
    queue: whole({
      about: 'Callers other than the record source that may wait.',
      default: 2048,
      why: '2,000 calls a second for as long as one may wait.',
    }),
    queue_age_max_ms: ms({
      about: 'Longest they wait.',
      default: 1000,
      min: 1,
      why: 'As long as an answer may take by default; who waits longer has given up.',
    }),
    adaptive: flag(
      'The limit follows what answers take above the round trip; in_flight is its maximum.',
      false,
      'A fixed limit is easier to reason about.',
    ),
  })
  .prefault({});

const circuit = z
  .strictObject({
    failure_rate: decimal({
      about: 'Share of failures that opens it.',
      default: 0.2,
      max: 1,
      why: 'At 20 attempts, four failures: no chance, and early enough to spare the rest.',
    }),
    window_ms: ms({
      about: 'Over this time.',
      default: 10_000,
      min: 100,
      why: '`minimum_attempts` at two a second; a fault of before is soon forgotten.',
    }),
    minimum_attempts: whole({
      about: 'Attempts before it judges.',
      default: 20,
      min: 1,
      why: 'With fewer, one failure or two would be a rate.',
    }),
    consecutive_failures: whole({
      about: 'Failures in a row that open it at any rate.',
      default: 5,
      min: 1,
      why: 'By chance, five in a row come once in 3,000 attempts where a fifth fails.',
    }),
    open_ms: ms({
      about: 'How long it stays open at first.',
      default: 5000,
      min: 1,
      why: 'A restart takes seconds, and one probe in five seconds is no load.',
    }),
    open_max_ms: ms({
      about: 'How long at most, after doubling.',
      default: 60_000,
      min: 1,
      why: 'A minute after it is back, at the latest, an upstream is used again.',
    }),
    mode: choice(['enforce', 'observe'], '`observe` tells what it would do and does nothing.'),
  })
  .prefault({});

const rateLimit = z
  .strictObject({
    per_second: decimal({
      about: 'Calls a second; 0 is off.',
      default: 0,
      why: 'No rate is right for every upstream.',
    }),
    burst: whole({
      about: 'Calls at once; 0 follows `per_second`.',
      default: 0,
      why: 'What a second allows may come at once.',
    }),
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
      max: whole({
        about: 'Connections at most, and calls at the same time unless HTTP/2 is spoken.',
        default: 64,
        min: 1,
        why: 'One for each call of the default `in_flight`.',
      }),
      keep_alive_ms: ms({
        about: 'How long an idle one is kept.',
        default: 30_000,
        min: 1,
        why: 'Half of the 60 s after which common load balancers close an idle connection, perhaps under a request. Less for an upstream that closes sooner.',
      }),
      http2: flag('Speaks HTTP/2 where the upstream does.', false),
    })
    .prefault({}),
  proxy,
  tls,
  auth,
  network,
});
