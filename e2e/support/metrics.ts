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
