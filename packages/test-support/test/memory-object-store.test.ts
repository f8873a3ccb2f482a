import { objectStoreConformance } from '../src/conformance/index.ts';
import { MemoryObjectStore } from '../src/index.ts';

objectStoreConformance('MemoryObjectStore', () => new MemoryObjectStore());
