/** Sum of one Prometheus series over all its labels, or over those that match. */
export function counterTotal(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    const match = /^([a-z_:]+)(?:\{(.*)\})? (\S+)/u.exec(line);
    if (match?.[1] !== name) continue;
    const own = match[2] ?? '';
    if (Object.entries(labels).every(([label, value]) => own.includes(`${label}="${value}"`))) {
      sum += Number(match[3]);
    }
  }
  return sum;
}

/** Every series of these metrics that went up between two scrapes, as `name{labels}`, and by how much. */
export function increases(
  before: string,
  after: string,
  names: readonly string[],
): Record<string, number> {
  const was = seriesOf(before, names);
  const gone: Record<string, number> = {};
  for (const [series, value] of seriesOf(after, names)) {
    const more = value - (was.get(series) ?? 0);
    if (more !== 0) gone[series] = more;
  }
  return gone;
}

/** Values by name, without `netscope_`, and labels in the order of their names. */
function seriesOf(text: string, names: readonly string[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value] = /^netscope_([a-z_]+)\{(.*)\} (\S+)/u.exec(line) ?? [];
    if (!names.includes(name)) continue;
    const inOrder = labels.split(/,(?=[a-z_]+=")/u).toSorted((a, b) => a.localeCompare(b));
    values.set(`${name}{${inOrder.join(',')}}`, Number(value));
  }
  return values;
}

/** Sums of one counter by the values of some of its labels, joined by a space; those of 0 left out. */
export function countersBy(
  text: string,
  name: string,
  labels: readonly string[],
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, found = '', own = '', value] = /^([a-z_]+)\{(.*)\} (\S+)/u.exec(line) ?? [];
    if (found !== name || Number(value) === 0) continue;
    const valueOf = (label: string): string =>
      new RegExp(`(?:^|,)${label}="([^"]*)"`, 'u').exec(own)?.[1] ?? '';
    const key = labels.map(valueOf).join(' ');
    sums[key] = (sums[key] ?? 0) + Number(value);
  }
  return sums;
}
