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
const CALL = '{"event_version":"1.0","event_type":"request.';
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
  if (!head.startsWith(CALL)) return undefined;
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
