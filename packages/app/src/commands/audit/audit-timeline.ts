import type { TrailEvent } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';

import { textOption } from '../../cli/command-line.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { AuditContext } from './audit-context.ts';
import { readTrail } from './read-trail.ts';
import { storiesOf } from './timeline/event-story.ts';
import { timelineHtml } from './timeline/timeline-html.ts';
import { timelineText } from './timeline/timeline-text.ts';
import { writePage } from './write-page.ts';

/** Past this it is no story any more, and memory is bounded. */
const EVENTS_MAX = 2000;

/**
 * `audit timeline`: the story of a request, or of a trace, with the phases of each attempt drawn.
 * Answers as `readTrail` does.
 * @throws {UsageError}
 */
export async function auditTimeline(config: Config, context: AuditContext): Promise<number> {
  const { options, output, signal } = context;
  const traceId = textOption(options, 'trace-id');
  const requestId = textOption(options, 'request-id');
  if (traceId === undefined && requestId === undefined) {
    throw new UsageError('audit timeline needs --trace-id ID or --request-id ID');
  }
  return readTrail(config, context, async (search) => {
    const events: TrailEvent[] = [];
    for await (const { event } of search.events(signal)) {
      if (events.length === EVENTS_MAX) {
        output.note(`netscope: there are more than ${EVENTS_MAX} events; these are the first`);
        break;
      }
      events.push(event);
    }
    const stories = storiesOf(events);
    if (stories.length === 0 || signal.aborted) return 0;
    const title = requestId === undefined ? `Trace ${traceId}` : `Request ${requestId}`;
    writePage(context, () => timelineHtml(stories, title));
    output.result({ json: stories.map(({ event }) => event), text: timelineText(stories) });
    return stories.length;
  });
}
