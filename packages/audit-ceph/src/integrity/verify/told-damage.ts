const NEWLINE = 0x0a;
/** No text can hold it: its quotes would be escaped. */
const STARTED = Buffer.from('"event_type":"system.started"');

/** What lines say of events that their node had written and could not send, a sentence each. */
export function toldDamage(lines: Buffer): readonly string[] {
  const told: string[] = [];
  for (let at = lines.indexOf(STARTED); at >= 0; at = lines.indexOf(STARTED, at + 1)) {
    const end = lines.indexOf(NEWLINE, at);
    const line = lines.toString('utf8', lines.lastIndexOf(NEWLINE, at) + 1, Math.max(at, end));
    const sentence = sentenceOf(line);
    if (sentence !== undefined) told.push(sentence);
  }
  return told;
}

function sentenceOf(line: string): string | undefined {
  const event = parse(line);
  if (event.get('event_type') !== 'system.started') return undefined;
  const facts = fieldsOf(event.get('facts'));
  const files = Number(facts.get('spool_files_set_aside') ?? 0);
  const events = Number(facts.get('spool_events_missing') ?? 0);
  if (files === 0 && events === 0) return undefined;
  const seq = Number(fieldsOf(event.get('integrity')).get('seq'));
  return `its event ${seq} tells of a damaged spool: ${files} files set aside, ${events} events that were written are in no object`;
}

function parse(line: string): ReadonlyMap<string, unknown> {
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return new Map();
  }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}
