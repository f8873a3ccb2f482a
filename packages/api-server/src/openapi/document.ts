import { type ErrorCode, HTTP_STATUS_BY_CODE } from '@netscope/domain';
import { z } from 'zod';

import { errorSchema, liveEventSchema } from '../contract.ts';
import { answerSchema, type Endpoint, ENDPOINTS } from './endpoints.ts';

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1, from the very schemas that the answers are typed by and the queries read with. */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'NetScope',
      version,
      description:
        'Every answer but /metrics, this document and the page is in one envelope. ' +
        'Within v1 fields are only added.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(ENDPOINTS.flatMap(pathEntries)),
    components: {
      schemas: { Error: jsonSchema(errorSchema), LiveEvent: jsonSchema(liveEventSchema) },
    },
  };
}

function pathEntries(endpoint: Endpoint): [string, Json][] {
  const paths = [endpoint.path, ...(endpoint.aliases ?? [])];
  const method = endpoint.method === undefined ? 'get' : 'post';
  return paths.map((path) => [path, { [method]: operation(endpoint, path) }]);
}

function operation(endpoint: Endpoint, path: string): Json {
  return {
    operationId: operationId(path),
    summary: endpoint.summary,
    parameters: [...pathParameters(endpoint), ...queryParameters(endpoint)],
    ...requestBody(endpoint),
    responses: { ...goodAnswer(endpoint), ...errorAnswers(endpoint.errors) },
  };
}

function operationId(path: string): string {
  return path
    .replaceAll(/[{}]/g, '')
    .split(/[/._]/)
    .filter((part) => part !== '')
    .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('');
}

function pathParameters({ parameters }: Endpoint): Json[] {
  return parameters.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Endpoint): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, required = false, ...rest } = jsonSchema(schema, 'input');
    const given = Object.entries(rest).filter(([key]) => required !== true || key !== 'default');
    const parameter = { name, in: 'query', required, schema: Object.fromEntries(given) };
    return description === undefined ? parameter : { ...parameter, description };
  });
}

function requestBody({ body }: Endpoint): Json {
  if (body === undefined) return {};
  const required = !body.safeParse({}).success;
  return { requestBody: { required, content: jsonContent(jsonSchema(body, 'input')) } };
}

function goodAnswer({ answer }: Endpoint): Json {
  if (answer.kind === 'events') {
    return {
      '101': {
        description:
          'Upgraded. Every message is one `LiveEvent`. Heartbeats and drop notices come whatever ' +
          'the filter; other system events belong to no route group and pass that filter.',
      },
    };
  }
  if (answer.kind === 'other') {
    const content = answer.mediaTypes.map((type) => [type, {}] as const);
    return { '200': { description: answer.description, content: Object.fromEntries(content) } };
  }
  const schema = jsonSchema(answerSchema(answer.schema));
  return { '200': { description: 'OK', headers: ANSWER_HEADERS, content: jsonContent(schema) } };
}

const ANSWER_HEADERS: Json = {
  'x-request-id': { schema: { type: 'string' } },
  'x-trace-id': { schema: { type: 'string' } },
};

function errorAnswers(codes: readonly ErrorCode[]): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const status = HTTP_STATUS_BY_CODE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = jsonContent({ $ref: '#/components/schemas/Error' });
  const entries = [...byStatus].map(([status, named]) => {
    return [String(status), { description: named.join(' or '), content }] as const;
  });
  return Object.fromEntries(entries);
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' });
  return openForFields(rest);
}

/** Fields are added within v1, so no object of an answer is closed. */
function openForFields(schema: Json): Json {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  );
  const open: Json = JSON.parse(text);
  return open;
}
