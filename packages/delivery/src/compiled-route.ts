import { type KeyedHash, type MatchValue, type RouteDefinition, StatusSet } from '@netscope/domain';

import { type CompiledTemplates, compileTemplates, type RouteFault } from './compiled-templates.ts';
import { RouteExcerpts } from './excerpt/route-excerpts.ts';
import { contentHash } from './identity.ts';
import { ExactNumber } from './record-json.ts';
import type { RecordView } from './record-view.ts';

interface ValueMatch {
  readonly path: readonly string[];
  readonly values: MatchValue;
}

/** One route made ready: templates parsed, sets built, headers named. */
export class CompiledRoute {
  readonly definition: RouteDefinition;
  readonly templates: CompiledTemplates;
  readonly success: StatusSet;
  readonly transient: StatusSet;
  /** Absent where the audit trail shows nothing of bodies and headers. */
  readonly excerpts: RouteExcerpts | undefined;
  /** The last target and its hash: most routes send to few. */
  #lastTarget = '';
  #lastTargetSha256 = '';
  readonly #topics: ReadonlySet<string>;
  readonly #headerMatches: readonly (readonly [string, ReadonlySet<string>])[];
  readonly #valueMatches: readonly ValueMatch[];

  private constructor(definition: RouteDefinition, templates: CompiledTemplates) {
    this.definition = definition;
    this.templates = templates;
    this.success = new StatusSet(definition.success);
    this.transient = new StatusSet(definition.transient);
    const { auditExcerpt } = definition;
    this.excerpts = auditExcerpt === undefined ? undefined : new RouteExcerpts(auditExcerpt);
    this.#topics = new Set(definition.topics);
    this.#headerMatches = Object.entries(definition.match.headers).map(([name, values]) => [
      name,
      new Set(values.map(String)),
    ]);
    this.#valueMatches = Object.entries(definition.match.value).map(([path, values]) => ({
      path: path.split('.'),
      values,
    }));
  }

  static compile(
    definition: RouteDefinition,
  ): { readonly route: CompiledRoute } | { readonly faults: readonly RouteFault[] } {
    const compiled = compileTemplates(definition);
    if ('faults' in compiled) return compiled;
    return { route: new CompiledRoute(definition, compiled.templates) };
  }

  /** The upstream of a route that sends. */
  get upstream(): string {
    const { upstream } = this.definition;
    if (upstream === undefined) throw new Error(`route ${this.definition.name} sends nowhere`);
    return upstream;
  }

  /** Hash of a target of this route, lower-case hex; `keyed` is the same for all calls. */
  targetSha256(target: string, keyed: KeyedHash | undefined): string {
    if (target !== this.#lastTarget || this.#lastTargetSha256 === '') {
      this.#lastTarget = target;
      this.#lastTargetSha256 = contentHash(target, keyed);
    }
    return this.#lastTargetSha256;
  }

  /** @throws {RecordError} where the value must be read and is not JSON. */
  matches(view: RecordView): boolean {
    return (
      this.#topics.has(view.record.topic) &&
      this.#headerMatches.every(([name, values]) => values.has(view.header(name) ?? ABSENT)) &&
      this.#valueMatches.every((match) => isValueMatch(match, view))
    );
  }
}

/** No header has this text: HTTP and configuration both refuse a NUL. */
const ABSENT = '\0';

function isValueMatch({ path, values }: ValueMatch, view: RecordView): boolean {
  const { value } = view.record;
  if (value === null || value.length === 0) return false;
  const found = view.value(path);
  return values.some((wanted) => found === wanted || isSameNumber(found, wanted));
}

/** `1.50` is 1.5; of what passes 2^53 every digit counts. */
function isSameNumber(found: unknown, wanted: unknown): boolean {
  if (!(found instanceof ExactNumber)) return false;
  if (Math.abs(found.value) <= Number.MAX_SAFE_INTEGER) return found.value === wanted;
  return found.source === String(wanted);
}
