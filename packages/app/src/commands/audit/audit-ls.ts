import type { TrailObject } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';

import { LineWriter } from '../../cli/line-writer.ts';
import type { AuditContext } from './audit-context.ts';
import { plainText } from './event-text.ts';
import { readTrail } from './read-trail.ts';

/** `audit ls`: the objects of a range, one a line. Answers as `readTrail` does. */
export async function auditLs(config: Config, context: AuditContext): Promise<number> {
  const { options, signal, stdout } = context;
  const form = options['json'] === true ? objectJson : objectText;
  return readTrail(config, context, async (search) => {
    const writer = new LineWriter(stdout(), signal);
    let found = 0;
    for await (const object of search.objects(signal)) {
      found += 1;
      await writer.line(form(object));
      if (writer.isClosed) break;
    }
    await writer.flush();
    return found;
  });
}

function objectJson({ version, place }: TrailObject): string {
  const { service, node, epoch, firstSeq, lastSeq } = place;
  return JSON.stringify({
    key: version.key,
    bytes: version.bytes,
    events: lastSeq - firstSeq + 1,
    service,
    node,
    epoch,
    first_seq: firstSeq,
    last_seq: lastSeq,
  });
}

function objectText({ version, place }: TrailObject): string {
  const events = String(place.lastSeq - place.firstSeq + 1).padStart(8);
  const bytes = String(version.bytes ?? '?').padStart(10);
  return `${events} events ${bytes} bytes  ${plainText(version.key)}`;
}
