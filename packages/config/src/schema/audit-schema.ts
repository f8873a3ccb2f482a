import { PRIVATE_FIELDS, type PrivateField } from '@netscope/domain';
import { z } from 'zod';

import {
  anyText,
  bytes,
  choice,
  leaf,
  ms,
  secretFile,
  text,
  textOrNull,
  texts,
  whole,
} from './leaves.ts';

const rgw = z
  .strictObject({
    endpoint: anyText({
      about: 'Address of the gateway; empty only for `s3`.',
      expected: 'an http or https address',
    }).default('http://127.0.0.1:7480'),
    region: text({ about: 'Region that requests are signed for.' }).default('default'),
    bucket: anyText({ about: 'Bucket of the audit objects.' }).default('netscope-audit'),
    access_key_id: anyText({
      about: 'Access key; empty uses the default chain of the SDK.',
      secret: true,
    }).default(''),
    access_key_id_file: secretFile(
      'File with the access key; wins over `access_key_id`. Read anew before each request, so that a rotation needs no restart.',
    ),
    secret_access_key: anyText({ about: 'Its secret.', secret: true }).default(''),
    secret_access_key_file: secretFile(
      'File with the secret; wins over `secret_access_key`. Read anew likewise.',
    ),
  })
  .prefault({});

/** What somebody else wrote; digests have `audit.hash` against guessing. */
const FIELDS_BY_DEFAULT: readonly PrivateField[] = [
  'idempotency_key',
  'upstream.remote_address',
  'request.headers',
  'payload.request.redacted',
  'payload.response.redacted',
  'response.headers',
  'result.error_message',
  'facts.reason',
];

const privateField = leaf(z.enum(PRIVATE_FIELDS), {
  about: `Fields of events that are encrypted: ${PRIVATE_FIELDS.join(', ')}. By default those that others wrote and that are no digests.`,
  expected: `one of ${PRIVATE_FIELDS.join(', ')}`,
});

/** `audit`: where the trail goes, and what lies between. */
export const auditSchema = z
  .strictObject({
    store: choice(
      ['rgw', 's3', 'directory'],
      'S3 with the capabilities of RGW probed, plain S3 (same keys), or a directory.',
    ),
    rgw,
    directory: z
      .strictObject({
        path: text({ about: 'Folder of the audit objects.', path: true }).default('./data/audit'),
      })
      .prefault({}),
    spool: z
      .strictObject({
        bytes_max: bytes({
          about:
            'Bound of the spool on disk. A quarter of it at most is set aside for events under way, so no smaller.',
          default: 1_073_741_824,
          min: 1_048_576,
          why: '600,000 events of 1.8 KB before compression: at 100 a second, an hour and a half without the store.',
        }),
        on_full: choice(['pause', 'drop'], 'What a full spool does; what is dropped is counted.'),
        sync_ms: ms({
          about: 'Longest an event waits for its group to be synced.',
          default: 5,
          why: 'Few upstreams answer sooner, and what ends within it shares one sync.',
        }),
      })
      .prefault({}),
    segment: z
      .strictObject({
        bytes_max: bytes({
          about:
            'Size at which a segment is sealed. No larger, since who reads the trail unpacks one segment at a time and no more than 256 MiB of it.',
          default: 8_388_608,
          max: 134_217_728,
          why: 'Some 4,600 events of 1.8 KB: few requests for the store, and little to read for one that is sought.',
        }),
        age_max_ms: ms({
          about: 'Age at which it is sealed.',
          default: 30_000,
          min: 1,
          why: "A quiet gateway's events are in the store within half a minute, in 120 objects an hour.",
        }),
        zstd_level: whole({
          about: 'Compression.',
          default: 1,
          min: 1,
          max: 19,
          why: 'The cheapest, on a machine that has calls to make.',
        }),
      })
      .prefault({}),
    digest: z
      .strictObject({
        interval_ms: ms({
          about: 'How often a digest is signed.',
          default: 300_000,
          min: 1000,
          why: 'Up to so much of the tail is not yet proved; it takes 288 objects a day.',
        }),
        signing_key_file: textOrNull({
          about:
            'Ed25519 key; null: one is made in data_dir and its public part logged. Read anew before each digest, so that a rotation needs no restart; the key before signs that the new one took over.',
          path: true,
        }),
        public_key_files: texts({ about: 'Keys that `audit verify` trusts.', path: true }),
      })
      .prefault({}),
    encryption: z
      .strictObject({
        key_files: texts({
          about:
            'Files with 32 bytes in hex or base64. The first encrypts and is looked at every 10 s, so that a rotation needs no restart; all of them decrypt where the trail is read. `{date}` in a name stands for the UTC day: a file for each day, made where there is none, so that a day can be erased. None: nothing is encrypted.',
          expected: 'the path of a file, with `{date}` at most once and in its last part',
          path: true,
        }),
        fields: z.array(privateField).default([...FIELDS_BY_DEFAULT]),
      })
      .prefault({}),
    hash: z
      .strictObject({
        kind: choice(
          ['sha256', 'hmac'],
          'Of keys, targets and bodies. `hmac` where a digest of something small could be guessed; it and its key go into derived idempotency keys, so drain before either is changed.',
        ),
        key_file: textOrNull({
          about:
            'File with the key of `hmac`, 32 characters or more; the same for every node of a group. Destroying it unlinks digests from what they are of.',
          path: true,
        }),
      })
      .prefault({}),
  })
  .prefault({});
