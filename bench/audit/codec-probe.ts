import { encodeAuditEvent, JsonBytes, writeAuditEvent } from '@netscope/domain';

import { mainMicros } from '../thread-micros.ts';
import { benchCalls } from './events.ts';

const ROOM = 64 * 1024;

/** The codec beside `JSON.stringify` of the finished object and its copy, taking turns. */
export function codec(rounds: number): Readonly<Record<string, number>> {
  const events = benchCalls();
  const target = Buffer.from(new SharedArrayBuffer(ROOM));
  const out = new JsonBytes(target);
  const lines = events.map((event) => encodeAuditEvent(event, Buffer).writtenText());
  const objects: readonly unknown[] = lines.map((line) => JSON.parse(`${line}}`));
  const turn = (): readonly [number, number] => {
    const startUs = mainMicros();
    for (const event of events) {
      out.begin(0, ROOM);
      writeAuditEvent(event, out);
    }
    const betweenUs = mainMicros();
    for (const object of objects) target.write(JSON.stringify(object), 0, 'utf8');
    return [betweenUs - startUs, mainMicros() - betweenUs];
  };
  for (let round = 0; round < 20; round += 1) turn();
  let bytesUs = 0;
  let stringifyUs = 0;
  for (let round = 0; round < rounds; round += 1) {
    const [bytes, stringify] = turn();
    bytesUs += bytes;
    stringifyUs += stringify;
  }
  const all = rounds * events.length;
  return {
    bytesUs: bytesUs / all,
    stringifyUs: stringifyUs / all,
    lineBytes: lines.reduce((sum, line) => sum + line.length, 0) / lines.length,
  };
}
