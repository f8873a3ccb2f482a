import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { areaPath, linePath, niceCeiling } from '../model/chart-geometry.ts';

/** One line of a chart; values oldest first, absent where nothing is known. */
interface ChartLine {
  readonly name: string;
  /** Picks its colour. */
  readonly kind: 'calls' | 'errors' | 'p50' | 'p95' | 'p99';
  readonly values: readonly (number | undefined)[];
  readonly filled?: boolean;
}

export interface LineChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** The scale never ends below this. */
  readonly yMin: number;
  readonly yLimit?: number;
  /** The end of a scale that holds a value. Default: 1, 2, 2.5 or 5 times a power of ten. */
  readonly yCeiling?: (max: number) => number;
  /** What the point at an index is called, such as its time of day. */
  readonly pointName: (index: number) => string;
  /** What the left edge is called. */
  readonly start: string;
}

const WIDTH = 300;
const HEIGHT = 96;

/** Lines over the last minutes. The figures beside the names are the newest, or those pointed at. */
export function LineChart(props: LineChartProps): JSX.Element {
  const { title, lines, format, pointName } = props;
  const pointed = useSignal<number | undefined>(undefined);
  const length = lines[0]?.values.length ?? 0;
  const shown = pointed.value === undefined ? undefined : Math.round(pointed.value * (length - 1));
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-when">{shown === undefined ? 'now' : pointName(shown)}</span>
      </figcaption>
      <dl class="chart-legend">
        {lines.map(({ name, kind, values }) => (
          <div key={name}>
            <dt class={`key-${kind}`}>{name}</dt>
            <dd>{valueText(values[shown ?? values.length - 1], format)}</dd>
          </div>
        ))}
      </dl>
      <Plot {...props} pointed={pointed} />
      <div class="chart-x" aria-hidden="true">
        <span>{props.start}</span>
        <span>now</span>
      </div>
    </figure>
  );
}

interface PlotProps extends LineChartProps {
  /** Share of the width that the pointer is at. */
  readonly pointed: Signal<number | undefined>;
}

function Plot(props: PlotProps): JSX.Element {
  const { lines, format, pointed } = props;
  const box = { width: WIDTH, height: HEIGHT, yMax: yMaxOf(props) };
  return (
    <div
      class="chart-plot"
      onPointerMove={(event) => {
        const area = event.currentTarget.getBoundingClientRect();
        pointed.value = Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
      }}
      onPointerLeave={() => {
        pointed.value = undefined;
      }}
    >
      <span class="chart-y">{format(box.yMax)}</span>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="chart-grid" d={`M0 ${HEIGHT / 2}H${WIDTH}`} />
        <path class="chart-base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {lines.map(({ name, kind, values, filled }) => (
          <g key={name} class={`line-${kind}`}>
            {filled === true && <path class="chart-area" d={areaPath(values, box)} />}
            <path class="chart-line" d={linePath(values, box)} />
          </g>
        ))}
        {pointed.value !== undefined && (
          <path class="chart-pointer" d={`M${pointed.value * WIDTH} 0V${HEIGHT}`} />
        )}
      </svg>
    </div>
  );
}

function yMaxOf({ lines, yMin, yLimit, yCeiling = niceCeiling }: LineChartProps): number {
  const highest = Math.max(yMin, ...lines.flatMap(({ values }) => values.map((v) => v ?? 0)));
  return Math.min(yCeiling(highest), yLimit ?? Number.POSITIVE_INFINITY);
}

function valueText(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}
