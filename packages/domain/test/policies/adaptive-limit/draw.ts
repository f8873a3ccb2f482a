import type { Point } from './simulate.ts';

export interface Curve {
  readonly title: string;
  readonly points: readonly Point[];
}

const WIDTH = 420;
const HEIGHT = 170;
const COLUMNS = 2;
const PAD = { left: 44, right: 16, top: 40, bottom: 28 };
const INK = '#24292f';
const MUTED = '#6e7781';
const LIMIT = '#0969da';
const IDEAL = '#bf8700';
const USED = '#1a7f37';

/** One panel for each curve: the limit, Little's law, and how much of the servers was used. */
export function drawCurves(curves: readonly Curve[]): string {
  const rows = Math.ceil(curves.length / COLUMNS);
  const height = rows * HEIGHT + 40;
  const panels = curves.map((curve, index) => {
    const x = (index % COLUMNS) * WIDTH;
    const y = 40 + Math.floor(index / COLUMNS) * HEIGHT;
    return `<g transform="translate(${x} ${y})">${panel(curve)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * COLUMNS} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    legend(),
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function legend(): string {
  const entries = [
    [LIMIT, 'limit'],
    [IDEAL, "Little's law: servers × (1 + round trip / service time)"],
    [USED, 'share of the servers used (right scale, 0 to 100 %)'],
  ] as const;
  let x = PAD.left;
  const parts = entries.map(([colour, text]) => {
    const part = `<path d="M${x} 20h18" stroke="${colour}" stroke-width="2"/><text x="${x + 24}" y="24">${text}</text>`;
    x += 44 + text.length * 6;
    return part;
  });
  return parts.join('');
}

function panel({ title, points }: Curve): string {
  const top = Math.max(...points.map((point) => Math.max(point.limit, point.ideal))) * 1.1;
  const seconds = points.length;
  const x = (second: number): number =>
    PAD.left + (second / seconds) * (WIDTH - PAD.left - PAD.right);
  const y = (share: number): number =>
    HEIGHT - PAD.bottom - Math.min(1, share) * (HEIGHT - PAD.top - PAD.bottom);
  const line = (value: (point: Point) => number): string =>
    points.map((point) => `${x(point.second).toFixed(1)},${y(value(point)).toFixed(1)}`).join(' ');
  return [
    `<text x="${PAD.left}" y="28" font-weight="600">${title}</text>`,
    `<path d="M${PAD.left} ${y(1)}V${y(0)}H${WIDTH - PAD.right}" stroke="${MUTED}" fill="none"/>`,
    `<text x="${PAD.left - 6}" y="${y(1) + 4}" text-anchor="end" fill="${MUTED}">${Math.round(top)}</text>`,
    `<text x="${PAD.left - 6}" y="${y(0) + 4}" text-anchor="end" fill="${MUTED}">0</text>`,
    `<text x="${WIDTH - PAD.right}" y="${HEIGHT - 12}" text-anchor="end" fill="${MUTED}">${seconds} s</text>`,
    polyline(
      line((point) => point.usedShare / 1.1),
      USED,
      1,
    ),
    polyline(
      line((point) => point.ideal / top),
      IDEAL,
      1.5,
    ),
    polyline(
      line((point) => point.limit / top),
      LIMIT,
      2,
    ),
  ].join('');
}

function polyline(points: string, colour: string, width: number): string {
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
}
