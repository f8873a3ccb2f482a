import { EVENT_COLUMNS } from '../../packages/audit-ceph/src/query/event-columns.ts';

/** The page of the columns of `audit query`. */
export function auditColumnsReference(): string {
  const rows = EVENT_COLUMNS.map(
    ({ name, type, path, says }) => `| \`${name}\` | ${type} | \`${path}\` | ${says} |`,
  );
  return `# Columns of the table events

What \`netscope audit query\` sees, and what the files of \`netscope audit export --parquet\` hold, without \`event\`. One row is one event of the trail. Names and types stay as they are; columns are only added. A field that an event does not have, or that is not of the column's type, is NULL. Times are in UTC.

Made from the sources: \`node scripts/generate-reference.ts\`.

| column | type | field of the event | is |
| --- | --- | --- | --- |
${rows.join('\n')}

A path in brackets is no field: the key of the object (its service as keys write it), or the line itself.
`;
}
