import { z } from 'zod';

import { HTTP_ADDRESS, isReachable } from './addresses.ts';
import {
  anyText,
  bytes,
  choice,
  decimal,
  flag,
  ms,
  secretFile,
  text,
  textOrNull,
  whole,
} from './leaves.ts';

const TOPIC_PATTERN = /^(?!\.{1,2}$)(?:[\w.-]|\{topic\}){1,249}$/;

const tls = z
  .strictObject({
    enabled: flag('Speaks TLS to the brokers.', false),
    ca_file: textOrNull({ about: 'Certificates to trust, PEM.', path: true }),
    cert_file: textOrNull({ about: 'Our certificate, PEM.', path: true }),
    key_file: textOrNull({ about: 'Its key, PEM.', path: true }),
    server_name: textOrNull({ about: 'Name to ask for and to check.' }),
  })
  .prefault({});

const sasl = z
  .strictObject({
    mechanism: choice(
      ['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'],
      'How we prove to the brokers who we are.',
    ),
    username: text({ about: 'plain, scram: the user.' }).optional(),
    password: anyText({ about: 'plain, scram: its password.', secret: true }).optional(),
    password_file: secretFile('File with the password; wins over `password`.'),
    token_url: text({
      about: 'oauthbearer: where tokens come from.',
      ...HTTP_ADDRESS,
    }).optional(),
    client_id: text({ about: 'oauthbearer: the client.' }).optional(),
    client_secret: anyText({ about: 'oauthbearer: its secret.', secret: true }).optional(),
    client_secret_file: secretFile('File with the client secret; wins over `client_secret`.'),
    scope: text({ about: 'oauthbearer: the scope to ask for.' }).optional(),
  })
  .prefault({});

const kafka = z
  .strictObject({
    brokers: z
      .array(
        text({
          about: 'Brokers to start from.',
          expected: 'host:port, the port from 1 to 65535',
          pattern: /^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$/,
          check: (broker) => isReachable(`http://${broker}`),
        }),
      )
      .min(1)
      .default(['127.0.0.1:9092']),
    client_id: text({ about: 'Name of this client in the brokers’ logs.' }).default('netscope'),
    group_id: text({ about: 'Consumer group.' }).default('netscope'),
    auto_offset_reset: choice(
      ['earliest', 'latest', 'none'],
      'Where a group with no offset begins; committed at once for every partition.',
      'A new group leaves no record out.',
    ),
    on_offset_lost: choice(
      ['pause', 'earliest', 'latest'],
      'When the committed offset is out of range (retention, a recreated topic).',
      'Whether records are lost or sent again is for a person to weigh.',
    ),
    dead_letter_topic: text({
      about: 'Where records go that cannot succeed; may hold {topic}.',
      expected: 'a topic name: letters, digits, dot, dash, underscore, and {topic}',
      pattern: TOPIC_PATTERN,
    }).default('netscope.dead-letter'),
    create_topics: flag('Creates the dead letter topic where it is missing.', false),
    session_timeout_ms: ms({
      about: 'How long the group waits for a silent member.',
      default: 30_000,
      min: 1000,
      why: "kafkajs's own. A member that is silent for some seconds keeps its partitions, and after a crash another node waits no longer than this (the same node does not wait at all).",
    }),
    commit_interval_ms: ms({
      about: 'How often offsets are committed.',
      default: 100,
      min: 1,
      why: 'After a crash another node repeats what ended within it; ten commits a second are little to a broker.',
    }),
    start_budget_ms: ms({
      about: 'How long a start waits for the group; then exit 75.',
      default: 60_000,
      min: 1,
      why: 'Twice `session_timeout_ms`: a dead member is waited for, and the rebalance after it.',
    }),
    revoke_drain_ms: ms({
      about: 'How long a revoked partition is drained.',
      default: 5000,
      why: 'Three calls of the default `global_ms`; never more than half of `session_timeout_ms` is used.',
    }),
    tls,
    sasl,
  })
  .prefault({});

/** `source`: where records come from. */
export const sourceSchema = z
  .strictObject({
    kind: choice(['kafka', 'embedded'], 'Kafka, or the durable source inside NetScope.'),
    records_in_flight: whole({
      about: 'Records admitted to a call and not settled.',
      default: 1024,
      min: 1,
      why: 'Sixteen upstreams at their default of 64 calls each; some megabytes of memory.',
    }),
    waiting_bytes_max: bytes({
      about: 'Bytes of records that wait; past it their partitions pause.',
      default: 67_108_864,
      why: 'At 1,000 records of 1 KB a second, an outage of a minute pauses nothing; [sizing](../sizing.md) has other rates.',
    }),
    kafka,
  })
  .prefault({});

/** `delivery`: what happens to a record whose call failed. */
export const deliverySchema = z
  .strictObject({
    tries_max: whole({
      about:
        'Calls for one record, restarts and rebalances included as far as the commit can carry their count.',
      default: 5,
      min: 1,
      why: 'A fault of some seconds is over by then; `retry_for_ms` covers what takes longer.',
    }),
    retry_for_ms: ms({
      about: 'At least this long since the first call; only past both is a record exhausted.',
      default: 3_600_000,
      max: 30 * 86_400_000,
      why: 'An hour is longer than most outages and deployments, so that they park nothing.',
    }),
    backoff_base_ms: ms({
      about: 'First wait of a record, its key with it; other keys go on.',
      default: 1000,
      min: 1,
      why: 'What failed every attempt of a call, milliseconds apart, needs longer than that.',
    }),
    backoff_cap_ms: ms({
      about: 'Longest wait of a record.',
      default: 60_000,
      min: 1,
      why: 'A minute after its upstream is back, at the latest, a record is sent.',
    }),
    throttled_max_ms: ms({
      about: '429 and Retry-After for longer than this park the record.',
      default: 3_600_000,
      max: 30 * 86_400_000,
      why: 'Quotas are counted by the second, the minute or the hour; past an hour no quota is the reason.',
    }),
    ambiguous: choice(
      ['retry', 'park'],
      'Bytes were sent, no answer came, the method is not idempotent, the key is not honoured.',
      'At least once is what is promised; `park` where twice is worse than not yet.',
    ),
    park_guard: z
      .strictObject({
        ratio: decimal({
          about:
            "Share of a route's ended records that may be parked; past it the route waits for an operator. 1 switches it off.",
          default: 0.5,
          max: 1,
          why: 'A bad record here and there goes on, a wrong path or a changed format does not.',
        }),
        minimum: whole({
          about: 'Records of the route that must have ended in the window before it judges.',
          default: 50,
          min: 1,
          why: 'Below it a few bad records would stop a quiet route.',
        }),
        window_ms: ms({
          about: 'Sliding window that it looks at.',
          default: 60_000,
          min: 1,
          why: 'At one record a second `minimum` is reached within it.',
        }),
      })
      .prefault({}),
  })
  .prefault({});
