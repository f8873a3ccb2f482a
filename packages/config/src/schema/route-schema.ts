import { z } from 'zod';

import { bytes, choice, flag, leaf, text, texts } from './leaves.ts';

const TOPIC = {
  expected: 'a topic name: letters, digits, dot, dash and underscore',
  pattern: /^(?!\.{1,2}$)[\w.-]{1,249}$/,
};

/** A header name as HTTP takes it (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** A header value with no control character but the tab (RFC 9110, 5.5). */
const HEADER_VALUE = /^(?:\t|\P{Cc})*$/u;

/** Steps joined by dots. What other notations begin or index with is more likely meant as theirs. */
const BODY_PATH =
  /^(?:\*|[^\s.*$/[\]"'\ud800-\udfff][^\s.*[\]"'\ud800-\udfff]*)(?:\.(?:\*|[^\s.*[\]"'\ud800-\udfff]+))*$/u;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const MATCH = {
  about: 'One value, or a list of which any may match.',
  expected: 'a text, number, boolean or null, or a list of them',
};
const matchValue = leaf(z.union([scalar, z.array(scalar).min(1)]), MATCH);
/** Headers are text, so that a bare number is meant as it is written. */
const matchHeader = leaf(z.union([scalar, z.array(scalar).min(1)]), {
  ...MATCH,
  form: 'any_scalar',
});

const status = leaf(
  z.union([z.int().min(100).max(599), z.enum(['1xx', '2xx', '3xx', '4xx', '5xx'])]),
  { about: 'Statuses.', expected: 'a status as 429 or a class as 5xx', form: 'status' },
);

const headerName = z.string().regex(HEADER_NAME);

const request = z
  .strictObject({
    method: leaf(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']), {
      about: 'HTTP method.',
      expected: 'one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    }).default('POST'),
    path: text({
      about: 'Path with templates, percent-encoded; a missing value quarantines.',
      expected: 'a path that begins with / and holds no query, fragment or space',
      pattern: /^\/[^\s?#]*$/,
    }).optional(),
    query: z
      .record(
        z.string().min(1),
        leaf(z.string(), {
          about: 'Query parameters with templates.',
          expected: 'text',
          form: 'any_scalar',
        }),
      )
      .default({}),
    headers: z
      .record(
        headerName,
        leaf(z.string().regex(HEADER_VALUE), {
          about: 'Headers with templates.',
          expected: 'text without line breaks or control characters',
          form: 'any_scalar',
        }),
      )
      .default({ 'content-type': 'application/json' }),
    forward_headers: texts({
      about: 'Record headers passed on, by name.',
      expected: 'a header name',
      pattern: HEADER_NAME,
    }),
    cloudevents: leaf(z.enum(['off', 'binary', 'structured']), {
      about: 'binary: ce_* become ce-*; structured: one JSON envelope.',
      expected: 'one of off, binary, structured',
    }).default('off'),
    body: leaf(z.union([z.enum(['value', 'none']), z.strictObject({ json: z.unknown() })]), {
      about: 'The bytes as they are, nothing, or JSON made of templates.',
      expected: 'value, none or { json: ... }',
    }).default('value'),
    body_bytes_max: bytes({
      about: 'Larger bodies are parked as too large.',
      default: 1_048_576,
      why: "What Kafka's brokers take of a record by default.",
    }),
  })
  .prefault({});

const response = z.strictObject({
  topic: text({ about: 'Where responses go.', ...TOPIC }),
  when: z
    .array(
      leaf(z.enum(['success', 'rejected']), {
        about: 'Which responses.',
        expected: 'success or rejected',
      }),
    )
    .default(['success', 'rejected']),
  body_bytes_max: bytes({
    about: 'Bytes of the body that are kept.',
    default: 65_536,
    why: 'An acknowledgement is short, and its record must fit its topic.',
  }),
  headers: texts(
    { about: 'Response headers that are kept.', expected: 'a header name', pattern: HEADER_NAME },
    ['content-type'],
  ),
});

/** One entry of `routes`: the rule that turns records into calls. */
export const routeSchema = z.strictObject({
  name: text({
    about: 'Name, unique.',
    expected: 'letters, digits, dot, dash and underscore, 128 at most',
    pattern: /^[\w.-]{1,128}$/,
  }),
  group: text({
    about: 'The bounded label; the name unless given.',
    expected: 'letters, digits, dot, dash and underscore, 128 at most',
    pattern: /^[\w.-]{1,128}$/,
  }).optional(),
  topics: z.array(text({ about: 'Topics that it reads.', ...TOPIC })).min(1),
  match: z
    .strictObject({
      headers: z.record(z.string().min(1), matchHeader).default({}),
      value: z.record(z.string().min(1), matchValue).default({}),
    })
    .prefault({}),
  action: choice(['send', 'skip'], 'skip: settled and counted, no call.'),
  upstream: text({ about: 'Name of an upstream; needed to send.' }).optional(),
  request,
  null_value: choice(['park', 'skip', 'send_empty'], 'What becomes of a null value (a tombstone).'),
  success: z.array(status).min(1).default(['2xx']),
  response_bytes_max: bytes({
    about: 'Read and discarded past it.',
    default: 1_048_576,
    why: 'As much as a record may have; what is longer is no acknowledgement.',
  }),
  transient: z.array(status).default([408, 425, 429, '5xx']),
  idempotency: z
    .strictObject({
      honoured: flag('The upstream promises that a repeated key acts once.', false),
      header: text({
        about: 'Header of the key.',
        expected: 'a header name',
        pattern: HEADER_NAME,
      }).default('Idempotency-Key'),
      from: text({
        about:
          'Where the key comes from; derived from the record unless given, and where it has nothing there.',
        expected: 'null, header.NAME or value.a.b',
        pattern: /^(?:header|value)\../,
      })
        .nullable()
        .default(null),
      format: choice(['plain', 'quoted'], 'How the key is written.'),
    })
    .prefault({}),
  response: response.nullable().default(null),
  order: choice(['key', 'partition', 'none'], 'What keeps its order.'),
  audit: z
    .strictObject({
      bodies: choice(
        ['digest', 'redacted', 'none'],
        'What is told of bodies: digests; digests and, in the audit trail alone, what `paths` and `headers` allow; or nothing. A derived idempotency key is made from a digest of the value all the same.',
      ),
      paths: z
        .array(
          text({
            about:
              'redacted: places in JSON bodies, sent and received, whose text, number, boolean or null the trail shows. An object or a list at the end of a path is left out.',
            expected:
              'names joined by dots as order.id, * for each item of a list as items.*.sku, an index for one; no $ and no brackets',
            pattern: BODY_PATH,
          }),
        )
        .optional(),
      headers: z
        .array(
          text({
            about:
              'redacted: headers, of the request as it is sent and of the response, that the trail shows.',
            expected: 'a header name',
            pattern: HEADER_NAME,
          }),
        )
        .optional(),
    })
    .prefault({}),
});
