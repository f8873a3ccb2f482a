/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `max`; 1 for nothing. */
export function niceCeiling(max: number): number {
  if (!(max > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= max * (1 - 1e-9));
  return (step ?? 10) * power;
}

/** The smallest power of two that is not below `max`, so that a scale of bytes ends at a whole number; 1 for nothing. */
export function bytesCeiling(max: number): number {
  return max > 1 ? 2 ** Math.ceil(Math.log2(max)) : 1;
}

/** The box that a chart is drawn in, in its own units. */
export interface ChartBox {
  readonly width: number;
  readonly height: number;
  /** Value at the upper edge; 0 is at the lower. */
  readonly yMax: number;
}

/** Runs of neighbouring values, so that a gap stays a gap. */
function runsOf(
  values: readonly (number | undefined)[],
): readonly (readonly (readonly [index: number, value: number])[])[] {
  const runs: (readonly [number, number])[][] = [];
  let run: (readonly [number, number])[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      run = [];
      continue;
    }
    if (run.length === 0) runs.push(run);
    run.push([index, value]);
  }
  return runs;
}

/** SVG path of a line through the values, broken at gaps; a lone value is a short dash. */
export function linePath(values: readonly (number | undefined)[], box: ChartBox): string {
  return runsOf(values)
    .map((run) => pathOf(run, values.length, box))
    .join('');
}

/** As `linePath`, closed down to the lower edge. */
export function areaPath(values: readonly (number | undefined)[], box: ChartBox): string {
  return runsOf(values)
    .map((run) => {
      const first = run[0]?.[0] ?? 0;
      const last = run.at(-1)?.[0] ?? 0;
      const left = xOf(first, values.length, box);
      const right = xOf(last, values.length, box) + (run.length === 1 ? 1 : 0);
      return `${pathOf(run, values.length, box)}L${right} ${box.height}L${left} ${box.height}Z`;
    })
    .join('');
}

function pathOf(
  run: readonly (readonly [number, number])[],
  length: number,
  box: ChartBox,
): string {
  const points = run.map(([index, value]) => `${xOf(index, length, box)} ${yOf(value, box)}`);
  const dash = run.length === 1 ? 'h1' : '';
  return `M${points.join('L')}${dash}`;
}

function xOf(index: number, length: number, box: ChartBox): number {
  return round((index / Math.max(1, length - 1)) * box.width);
}

function yOf(value: number, box: ChartBox): number {
  return round(box.height - (Math.min(Math.max(value, 0), box.yMax) / box.yMax) * box.height);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
