export { objectStoreConformance } from './object-store.ts';
