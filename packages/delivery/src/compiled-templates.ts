import {
  parsePlaceholder,
  parseTemplate,
  type Placeholder,
  RESERVED_HEADERS,
  type RouteDefinition,
  type Template,
} from '@netscope/domain';

import { encodeComponent } from './encode-component.ts';

/** What is wrong in a route, and where. */
export interface RouteFault {
  readonly route: string;
  /** Dotted path inside the route (`request.path`). */
  readonly place: string;
  readonly message: string;
}

/**
 * A template with the place it stands in, for the message where a value is missing; its literal parts
 * are encoded for that place.
 */
export interface PlacedTemplate {
  readonly place: string;
  readonly template: Template;
  /** Its text where nothing has to be filled in. */
  readonly constant: string | undefined;
}

/** What a path cannot hold as it stands (RFC 3986, 3.3); slashes, queries and escapes stay. */
const NOT_IN_PATH = /[^!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+|%(?![\dA-Fa-f]{2})/gu;

/** All templates of one route. */
export interface CompiledTemplates {
  readonly path: PlacedTemplate;
  readonly query: readonly (readonly [string, PlacedTemplate])[];
  readonly headers: readonly (readonly [string, PlacedTemplate])[];
  /** Lower-case names of record headers that are passed on. */
  readonly forwarded: readonly string[];
  /** Where the idempotency key comes from; derived where absent. */
  readonly keyFrom: Placeholder | undefined;
}

type Compiled =
  | { readonly templates: CompiledTemplates }
  | { readonly faults: readonly RouteFault[] };

/** Parses every template of a route, or says what is wrong in all of them. */
export function compileTemplates({ name, request, idempotency }: RouteDefinition): Compiled {
  const faults: RouteFault[] = [];
  const blame = (place: string, message: string): void => {
    faults.push({ route: name, place, message });
  };
  const path = placer(blame, encodePath);
  const query = placer(blame, encodeComponent);
  const header = placer(blame, String);
  const templates: CompiledTemplates = {
    path: path('request.path', request.path),
    query: Object.entries(request.query).map(([key, text]) => [
      encodeComponent(key),
      query(`request.query.${key}`, text),
    ]),
    headers: Object.entries(request.headers).map(([key, text]) => [
      key.toLowerCase(),
      header(`request.headers.${key}`, text),
    ]),
    forwarded: request.forwardHeaders.map((one) => one.toLowerCase()),
    keyFrom: keySource(idempotency.from, blame),
  };
  if (!request.path.startsWith('/')) blame('request.path', 'must start with a slash');
  blameReserved(templates, blame);
  return faults.length > 0 ? { faults } : { templates };
}

type Blame = (place: string, message: string) => void;

function placer(
  blame: Blame,
  encode: (literal: string) => string,
): (place: string, text: string) => PlacedTemplate {
  return (place, text) => {
    const parsed = parseTemplate(text);
    if (parsed.kind === 'fault') {
      blame(place, `at character ${parsed.fault.position + 1}: ${parsed.fault.message}`);
      return { place, template: [], constant: '' };
    }
    const template = parsed.template.map((part) =>
      part.kind === 'literal' ? { ...part, text: encode(part.text) } : part,
    );
    return { place, template, constant: constantOf(template) };
  };
}

function encodePath(literal: string): string {
  return literal.replaceAll(NOT_IN_PATH, encodeComponent);
}

function constantOf(template: Template): string | undefined {
  const [first] = template;
  if (first === undefined) return '';
  return template.length === 1 && first.kind === 'literal' ? first.text : undefined;
}

function keySource(from: string | undefined, blame: Blame): Placeholder | undefined {
  if (from === undefined) return undefined;
  const placeholder = parsePlaceholder(from);
  if (placeholder?.kind === 'header' || placeholder?.kind === 'value') return placeholder;
  blame('idempotency.from', `must be header.NAME or value.a.b, not "${from}"`);
  return undefined;
}

function blameReserved({ headers, forwarded }: CompiledTemplates, blame: Blame): void {
  for (const [name] of headers) {
    if (RESERVED_HEADERS.has(name)) blame(`request.headers.${name}`, 'is set by NetScope itself');
  }
  for (const name of forwarded) {
    if (RESERVED_HEADERS.has(name))
      blame('request.forward_headers', `${name} is set by NetScope itself`);
  }
}
