import {
  parsePlaceholder,
  parseTemplate,
  type Placeholder,
  type RouteDefinition,
  type Template,
} from '@netscope/domain';

/** What is wrong in a route, and where. */
export interface RouteFault {
  readonly route: string;
  /** Dotted path inside the route (`request.path`). */
  readonly place: string;
  readonly message: string;
}

/** A template with the place it stands in, for the message where a value is missing. */
export interface PlacedTemplate {
  readonly place: string;
  readonly template: Template;
  /** Its text where nothing has to be filled in. */
  readonly constant: string | undefined;
}

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

/** Names that a route may not set: they frame the message or are NetScope's own. */
const RESERVED_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'expect',
  'traceparent',
  'tracestate',
]);

type Compiled =
  | { readonly templates: CompiledTemplates }
  | { readonly faults: readonly RouteFault[] };

/** Parses every template of a route, or says what is wrong in all of them. */
export function compileTemplates({ name, request, idempotency }: RouteDefinition): Compiled {
  const faults: RouteFault[] = [];
  const blame = (place: string, message: string): void => {
    faults.push({ route: name, place, message });
  };
  const place = placer(blame);
  const templates: CompiledTemplates = {
    path: place('request.path', request.path),
    query: Object.entries(request.query).map(([key, text]) => [
      encodeURIComponent(key),
      place(`request.query.${key}`, text),
    ]),
    headers: Object.entries(request.headers).map(([key, text]) => [
      key.toLowerCase(),
      place(`request.headers.${key}`, text),
    ]),
    forwarded: request.forwardHeaders.map((header) => header.toLowerCase()),
    keyFrom: keySource(idempotency.from, blame),
  };
  if (!request.path.startsWith('/')) blame('request.path', 'must start with a slash');
  blameReserved(templates, blame);
  return faults.length > 0 ? { faults } : { templates };
}

type Blame = (place: string, message: string) => void;

function placer(blame: Blame): (place: string, text: string) => PlacedTemplate {
  return (place, text) => {
    const parsed = parseTemplate(text);
    if (parsed.kind === 'fault') {
      blame(place, `at character ${parsed.fault.position + 1}: ${parsed.fault.message}`);
      return { place, template: [], constant: '' };
    }
    return { place, template: parsed.template, constant: constantOf(parsed.template) };
  };
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
