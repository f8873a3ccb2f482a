import type { Tally } from '../testing/tally.ts';
import { lastLine } from '../testing/tally.ts';
import type { CampaignPart } from './parts.ts';

/** Where and when a part ran. */
export interface Surroundings {
  /** Days are enough: `2026-11-21`. */
  readonly date: string;
  readonly commit: string;
  /** As `2 cores, 24 GiB, Linux 6.18, Node 24.21.0`. */
  readonly machine: string;
  /** One-minute load average when it began. */
  readonly loadBefore: number;
}

/** What became of a part. */
export interface PartResult {
  readonly part: CampaignPart;
  readonly tally: Tally;
  readonly seconds: number;
  /** What its tests told in numbers: sentences, and rows of tables. */
  readonly figures: readonly string[];
  readonly surroundings: Surroundings;
}

const HEAD = `# The campaign

Every test that \`pnpm test\` runs in a short form, run in full by \`npx -y pnpm@12 campaign\`. Each part is as of its last run; \`--only NAME\` runs one anew and leaves the others. This file is written by that command.
`;
const FIGURE = '[figure] ';

/** `passed`, `failed`, or `skipped` where nothing of it ran. */
export function verdictOf({ passed, failed }: Tally): 'passed' | 'failed' | 'skipped' {
  if (failed > 0) return 'failed';
  return passed > 0 ? 'passed' : 'skipped';
}

/** The lines of a test's output that are for the report: what follows \`[figure]\`, and tables. */
export function figuresIn(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(FIGURE) || line.startsWith('|'))
    .map((line) => (line.startsWith(FIGURE) ? line.slice(FIGURE.length) : line));
}

/** The report with these parts as they are now, and all others as the report before had them. */
export function reportWith(
  before: string,
  results: readonly PartResult[],
  order: readonly string[],
): string {
  const sections = new Map(sectionsOf(before));
  for (const result of results) sections.set(result.part.name, sectionOf(result));
  const kept = order.flatMap((name) => sections.get(name) ?? []);
  return [HEAD, ...kept].join('\n');
}

function sectionsOf(report: string): readonly (readonly [string, string])[] {
  const [, ...parts] = report.split(/^## /mu);
  return parts.map((text) => [text.slice(0, text.indexOf('\n')), `## ${text.trimEnd()}\n`]);
}

function sectionOf({ part, tally, seconds, figures, surroundings }: PartResult): string {
  const { date, commit, machine, loadBefore } = surroundings;
  const sentences = figures.filter((line) => !line.startsWith('|')).map((line) => `- ${line}`);
  const rows = figures.filter((line) => line.startsWith('|'));
  const blocks = [
    `**${verdictOf(tally)}** in ${Math.round(seconds)} s (${lastLine(tally)}): ${part.proves}.`,
    `\`${part.variable}=${part.value}\`, ${date}, ${commit}, ${machine}, load average ${loadBefore.toFixed(1)} when it began.`,
    sentences.join('\n'),
    rows.join('\n'),
  ];
  return `## ${part.name}\n\n${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
