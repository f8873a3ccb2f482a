import type { Config } from '@netscope/config';

import { EVENT_FIELDS } from '../../cli/command-line.ts';
import { LineWriter } from '../../cli/line-writer.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { AuditContext } from './audit-context.ts';
import { eventText } from './event-text.ts';
import { readTrail } from './read-trail.ts';

/**
 * `audit cat` and `audit grep`: the events that match, one a line. `cat`, and `grep` with `--json`,
 * give each line byte for byte as it was written. Answers as `readTrail` does.
 * @throws {UsageError}
 */
export async function auditEvents(config: Config, context: AuditContext): Promise<number> {
  const { command, options, signal, stdout } = context;
  const isGrep = command === 'audit grep';
  if (isGrep && !EVENT_FIELDS.some((name) => options[name] !== undefined)) {
    const names = EVENT_FIELDS.map((name) => `--${name}`).join(', ');
    throw new UsageError(`audit grep needs one of ${names}; audit cat gives all of a range`);
  }
  const isText = isGrep && options['json'] !== true;
  return readTrail(config, context, async (search) => {
    const writer = new LineWriter(stdout(), signal);
    for await (const { line, event } of search.events(signal)) {
      const taken = writer.line(isText ? eventText(event) : line);
      if (taken === undefined) continue;
      await taken;
      if (writer.isClosed) break;
    }
    await writer.flush();
    return search.tally.events;
  });
}
