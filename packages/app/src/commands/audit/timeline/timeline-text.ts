import { eventText, plainText } from '../event-text.ts';
import { type AttemptSpan, type EventStory, factsOf } from './event-story.ts';

const BAR_WIDTH = 48;
const NAME_WIDTH = 12;

/** Each event with its facts, and each attempt with its phases drawn to the scale of the call. */
export function timelineText(stories: readonly EventStory[]): string {
  return stories.map((story) => storyLines(story).join('\n')).join('\n\n');
}

function storyLines({ event, attempts, scaleMs }: EventStory): readonly string[] {
  const facts = factsOf(event).map(([name, text]) => `  ${name}: ${plainText(text)}`);
  return [eventText(event), ...facts, ...attempts.flatMap((one) => attemptLines(one, scaleMs))];
}

function attemptLines(attempt: AttemptSpan, scaleMs: number): readonly string[] {
  const { number, outcome, startMs, totalMs, backoffMs, phases } = attempt;
  const waited = backoffMs > 0 ? ` after ${backoffMs} ms of backoff` : '';
  const title = `  attempt ${number}: ${plainText(outcome)} in ${totalMs} ms${waited}`;
  const rows = phases.map(({ name, ...span }) => row(name, span, scaleMs));
  return [title, ...(rows.length > 0 ? rows : [row('total', { startMs, ms: totalMs }, scaleMs)])];
}

function row(
  name: string,
  { startMs, ms }: { readonly startMs: number; readonly ms: number },
  scaleMs: number,
): string {
  const unit = scaleMs > 0 ? BAR_WIDTH / scaleMs : 0;
  const start = Math.min(BAR_WIDTH - 1, Math.floor(startMs * unit));
  const width = Math.max(1, Math.min(BAR_WIDTH - start, Math.round(ms * unit)));
  const bar = `${' '.repeat(start)}${'█'.repeat(width)}`.padEnd(BAR_WIDTH, '·');
  return `    ${name.padEnd(NAME_WIDTH)}${bar.replace(/^ +/, (gap) => '·'.repeat(gap.length))}${ms.toFixed(3).padStart(12)} ms`;
}
