import { z } from 'zod';

import { HTTP_ADDRESS, isProxy } from './addresses.ts';
import { choice, leaf, ms, text, texts, whole } from './leaves.ts';

const ROLES = ['viewer', 'operator', 'auditor', 'producer', 'admin'] as const;

const token = z.strictObject({
  name: text({ about: 'Who uses the token, as the audit trail names them.' }),
  sha256: text({
    about: 'SHA-256 of the token, lower-case hex.',
    expected: '64 hexadecimal digits',
    pattern: /^[0-9a-f]{64}$/,
    secret: true,
  }),
  roles: z.array(
    leaf(z.enum(ROLES), { about: 'What it may do.', expected: `one of ${ROLES.join(', ')}` }),
  ),
  expires_at: text({ about: 'When it ends, as 2030-01-01T00:00:00Z.' }).nullable().optional(),
});

const auth = z
  .strictObject({
    kind: choice(['none', 'jwt', 'static'], 'How callers of the API prove who they are.'),
    allow_insecure: leaf(z.boolean(), {
      about: 'Lets `none` stand on a host that is not loopback.',
      expected: 'true or false',
    }).optional(),
    issuer: text({ about: 'jwt: the issuer that tokens must name.' }).optional(),
    audience: text({ about: 'jwt: the audience that tokens must name.' }).optional(),
    jwks_url: text({
      about: 'jwt: where the keys are.',
      ...HTTP_ADDRESS,
    }).optional(),
    jwks_file: text({ about: 'jwt: a file with the keys.', path: true }).optional(),
    roles_claim: text({ about: 'jwt: the claim that holds the roles.' }).optional(),
    tokens: z.array(token).optional(),
  })
  .prefault({});

/** `http`: REST, WebSocket, /metrics and the dashboard. */
export const httpSchema = z
  .strictObject({
    host: text({
      about: 'Address to listen on.',
      expected: 'an address or a name; IPv6 without brackets, as ::1',
      check: (host) => !host.startsWith('['),
    }).default('127.0.0.1'),
    port: whole({
      about: 'Port; 0 takes a free one and logs it.',
      default: 8080,
      max: 65_535,
      why: 'What a service without privileges customarily has.',
    }),
    metrics_port: leaf(z.int().min(0).max(65_535), {
      about: 'null: /metrics on `port`; else there alone, without authentication.',
      expected: 'null or a whole number from 0 to 65535',
    })
      .nullable()
      .default(null),
    request_timeout_ms: ms({
      about: 'Longest a request may take.',
      default: 10_000,
      min: 1,
      why: 'No answer takes a second; a caller that sends slowly holds its socket no longer.',
    }),
    rate_limit: z
      .strictObject({
        per_second: whole({
          about: 'Requests a second for each client address.',
          default: 100,
          min: 1,
          why: 'A dashboard asks a few times a second; a script in a loop must not take the thread from the records.',
        }),
      })
      .prefault({}),
    trusted_proxies: texts({
      about: 'Addresses or networks whose X-Forwarded-For is believed.',
      expected: 'an address or a network as 10.0.0.0/8; not /0, which is everybody',
      check: isProxy,
    }),
    hosts: texts({ about: 'Further Host names that are answered where auth is none.' }),
    auth,
  })
  .prefault({});
