import { PHASE_NAMES, type PhaseName } from '@netscope/domain';

import { escaped } from '../escape-html.ts';
import { eventText, textOf } from '../event-text.ts';
import { type AttemptSpan, type EventStory, factsOf, type PhaseSpan } from './event-story.ts';

/** Colours that stay apart for the colour-blind (Okabe and Ito), and in grey. */
const COLOUR_BY_PHASE: Readonly<Record<PhaseName, string>> = {
  queue: '#999999',
  dns: '#cc79a7',
  tcp: '#e69f00',
  tls: '#d55e00',
  write: '#009e73',
  wait: '#0072b2',
  download: '#56b4e9',
  unaccounted: '#c9c9c9',
};

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1rem;margin:0 0 .4rem;overflow-wrap:anywhere}
section{border-left:4px solid #7b8794;padding:.1rem 0 .1rem 1rem;margin:1.6rem 0}
section.WARN{border-color:#e69f00}section.ERROR{border-color:#d55e00}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0;font-size:.9em}
dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
.legend span{display:inline-block;margin-right:1rem}
.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.3rem;border-radius:2px}
.attempt{margin:.8rem 0 .2rem}
.track{position:relative;height:1.5rem;background:#8883;border-radius:3px;overflow:hidden}
.track div{position:absolute;top:0;bottom:0;min-width:1px}
.phases{font-size:.85em;opacity:.85}`;

/** One self-contained page: each event, its facts, its attempts on the scale of the call. */
export function timelineHtml(stories: readonly EventStory[], title: string): string {
  const legend = PHASE_NAMES.map(
    (name) => `<span><i style="background:${COLOUR_BY_PHASE[name]}"></i>${name}</span>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>NetScope: ${escaped(title)}</title>
<style>${STYLE}
</style></head><body>
<h1>${escaped(title)}</h1>
<p class="legend">${legend.join('')}</p>
${stories.map((story) => section(story)).join('\n')}
</body></html>
`;
}

function section({ event, attempts, scaleMs }: EventStory): string {
  const severity = /^(WARN|ERROR)$/.exec(textOf(event['severity']))?.[0] ?? '';
  const facts = factsOf(event).map(
    ([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`,
  );
  return `<section class="${severity}"><h2>${escaped(eventText(event))}</h2>
<dl>${facts.join('')}</dl>
${attempts.map((attempt) => attemptHtml(attempt, scaleMs)).join('\n')}
</section>`;
}

function attemptHtml(attempt: AttemptSpan, scaleMs: number): string {
  const { number, outcome, totalMs, backoffMs, phases } = attempt;
  const waited = backoffMs > 0 ? ` after ${backoffMs} ms of backoff` : '';
  const told = phases.map(({ name, ms }) => `${name} ${ms} ms`).join(', ');
  return `<p class="attempt">attempt ${number}: ${escaped(outcome)} in ${totalMs} ms${waited}</p>
<div class="track">${phases.map((span) => spanHtml(span, scaleMs)).join('')}</div>
<div class="phases">${told}</div>`;
}

function spanHtml({ name, startMs, ms }: PhaseSpan, scaleMs: number): string {
  const [left, width] = [startMs, ms].map((value) => ((100 * value) / scaleMs).toFixed(3));
  return `<div title="${name} ${ms} ms" style="left:${left}%;width:${width}%;background:${COLOUR_BY_PHASE[name]}"></div>`;
}
