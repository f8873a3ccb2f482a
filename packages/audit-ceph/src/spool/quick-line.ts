import { type LineText, ownText } from './line-text.ts';

/** What holds a line in its place, and what its segment tells of it. */
export interface QuickFacts {
  readonly epoch: string;
  readonly seq: number;
  readonly prev: string;
  readonly routeGroup: string | undefined;
}

/** More than the end of a line takes from its epoch on, as `HashChain` closes it. */
const END_BYTES = 160;
const END = /"epoch":"(\d{12}[0-9a-f]{4})","seq":(\d{1,16}),"prev":"([0-9a-f]{64})"\}\}$/;

/** In an event of a call, what stands before `source` seldom takes more. */
const BEGIN_BYTES = 512;
const VERSION = '{"event_version":"1.';
const CALL = '","event_type":"request.';
const ROUTE_GROUP = ',"route_group":"';
const SOURCE = ',"source":{';
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The facts of a call's line without parsing it, which takes a fifth of the time; `undefined` where
 * only parsing can tell. It looks at both ends of the line and for holes, so what it says is to be
 * believed only where the next line carries this one's hash.
 */
export function quickFacts(line: Buffer): QuickFacts | undefined {
  if (line.includes(0)) return undefined;
  const [, epoch, seq, prev] = END.exec(line.toString('latin1', line.length - END_BYTES)) ?? [];
  if (epoch === undefined || seq === undefined || prev === undefined) return undefined;
  const begin = line.toString('latin1', 0, BEGIN_BYTES);
  const head = begin.slice(0, Math.max(0, begin.indexOf(SOURCE)));
  if (!isCall(head, 0)) return undefined;
  const routeGroup = groupIn(head);
  if (routeGroup !== undefined && !PLAIN.test(routeGroup)) return undefined;
  return { epoch, seq: Number(seq), prev, routeGroup };
}

/** No text can hold the pattern: a quote inside a text has a backslash before it. */
function groupIn(head: string): string | undefined {
  const at = head.indexOf(ROUTE_GROUP);
  if (at < 0) return undefined;
  const start = at + ROUTE_GROUP.length;
  return head.slice(start, head.indexOf('"', start));
}

/** Of any minor version of one digit: what is newer is parsed. */
function isCall(text: string, start: number): boolean {
  return text.startsWith(VERSION, start) && text.startsWith(CALL, start + VERSION.length + 1);
}

interface Place {
  readonly epoch: string;
  readonly seq: number;
  readonly prev: string;
}

/**
 * Whether a line is of a call and ends as the one in this place must. As with `quickFacts`, what it
 * says is to be believed only where the next line carries this one's hash.
 */
export function isNextCall(line: LineText, { epoch, seq, prev }: Place): boolean {
  if (line.mayHaveHole) return false;
  const { text, start, end } = line;
  const ending = `"epoch":"${epoch}","seq":${seq},"prev":"${prev}"}}`;
  return text.startsWith(ending, end - ending.length) && isCall(text, start);
}

/** The route groups of the calls of a file: as good as always the one of the line before. */
export class GroupNames {
  readonly #names = new Set<string>();
  #lastMember = '\n';

  add(name: string): void {
    this.#names.add(name);
  }

  /** Notes the group of a call's line; false where only parsing can tell it. */
  takeFrom({ text, start, end }: LineText): boolean {
    const source = text.indexOf(SOURCE, start);
    if (source < 0 || source > end) return false;
    const at = text.indexOf(ROUTE_GROUP, start);
    if (at < 0 || at > source || text.startsWith(this.#lastMember, at)) return true;
    const nameAt = at + ROUTE_GROUP.length;
    const name = text.slice(nameAt, text.indexOf('"', nameAt));
    if (!PLAIN.test(name)) return false;
    this.#names.add(ownText(name));
    this.#lastMember = `${ROUTE_GROUP}${ownText(name)}"`;
    return true;
  }

  sorted(): readonly string[] {
    return [...this.#names].toSorted();
  }
}
