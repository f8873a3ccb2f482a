/** Prints what comes of loading the library for the crate in the folder given, as JSON. */
import process from 'node:process';

import { loadNative } from '../../src/native/load-native.ts';

process.stdout.write(JSON.stringify(loadNative(process.argv[2])));
