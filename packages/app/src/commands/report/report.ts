import type { Config } from '@netscope/config';

import { TemporaryFolder } from '../../edges/temporary-folder.ts';
import type { AuditContext } from '../audit/audit-context.ts';
import { answeringSql, loadEvents, loadSqlEngine } from '../audit/query/sql-engine.ts';
import { readTrail } from '../audit/read-trail.ts';
import { trailPlace } from '../audit/trail-of-config.ts';
import { writePage } from '../audit/write-page.ts';
import { readReport } from './read-report.ts';
import { reportHtml } from './report-html.ts';
import { reportJson } from './report-json.ts';
import { reportMarkdown } from './report-markdown.ts';
import { REPORT_COLUMNS } from './report-queries.ts';

const TITLE = 'Incident report';

/** `report`: what happened in a range, as Markdown and as a page. Answers as `readTrail` does. */
export async function report(config: Config, context: AuditContext): Promise<number> {
  const { output, signal } = context;
  return answeringSql(context, async () =>
    readTrail(config, context, async (search) => {
      const { EVENT_COLUMNS, EventDatabase } = await loadSqlEngine();
      const columns = EVENT_COLUMNS.filter(({ name }) => REPORT_COLUMNS.has(name));
      using folder = new TemporaryFolder('report');
      using database = await EventDatabase.open({ columns, folder: folder.path });
      await loadEvents(database, search, context);
      const found = await readReport(database, search.tally.refused, signal);
      signal.throwIfAborted();
      if (found === undefined) {
        const text = `There are no events in this range of ${trailPlace(config)}.`;
        output.result({ json: { events: 0 }, text });
        return 0;
      }
      writePage(context, () => reportHtml(found, TITLE));
      output.result({ json: reportJson(found), text: reportMarkdown(found, TITLE) });
      return found.events;
    }),
  );
}
