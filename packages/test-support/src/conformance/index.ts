export { objectStoreConformance } from './object-store.ts';
export {
  recordSourceConformance,
  type RecordForSource,
  type RecordSourceHarness,
} from './record-source.ts';
