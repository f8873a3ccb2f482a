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
    ),
    on_offset_lost: choice(
      ['pause', 'earliest', 'latest'],
      'When the committed offset is out of range (retention, a recreated topic).',
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
    }),
    commit_interval_ms: ms({ about: 'How often offsets are committed.', default: 100, min: 1 }),
    start_budget_ms: ms({
      about: 'How long a start waits for the group; then exit 75.',
      default: 60_000,
      min: 1,
    }),
    revoke_drain_ms: ms({ about: 'How long a revoked partition is drained.', default: 5000 }),
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
    }),
    waiting_bytes_max: bytes({
      about: 'Bytes of records that wait; past it their partitions pause.',
      default: 67_108_864,
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
    }),
    retry_for_ms: ms({
      about: 'At least this long since the first call; only past both is a record exhausted.',
      default: 3_600_000,
      max: 30 * 86_400_000,
    }),
    backoff_base_ms: ms({
      about: 'First wait of a record, its key with it; other keys go on.',
      default: 1000,
      min: 1,
    }),
    backoff_cap_ms: ms({ about: 'Longest wait of a record.', default: 60_000, min: 1 }),
    throttled_max_ms: ms({
      about: '429 and Retry-After for longer than this park the record.',
      default: 3_600_000,
      max: 30 * 86_400_000,
    }),
    ambiguous: choice(
      ['retry', 'park'],
      'Bytes were sent, no answer came, the method is not idempotent, the key is not honoured.',
    ),
    park_guard: z
      .strictObject({
        ratio: decimal({
          about:
            "Share of a route's ended records that may be parked; past it the route waits for an operator. 1 switches it off. Half: a bad record here and there goes on, a wrong path or a changed format does not.",
          default: 0.5,
          max: 1,
        }),
        minimum: whole({
          about:
            'Records of the route that must have ended in the window before it judges: below 50 a few bad ones would stop a quiet route.',
          default: 50,
          min: 1,
        }),
        window_ms: ms({ about: 'Sliding window that it looks at.', default: 60_000, min: 1 }),
      })
      .prefault({}),
  })
  .prefault({});
