export {
  type AppendedPlace,
  EmbeddedSource,
  type EmbeddedSourceOptions,
} from './embedded-source.ts';
export { EmbeddedDeadLetters, type EmbeddedDeadLettersOptions } from './embedded-dead-letters.ts';
export { type LastRecords, readLast, type ReadLastOptions } from './read-last.ts';
export { type RecordToAppend } from './record-frame.ts';
