/**
 * Builds the page into the folder given as the one argument. An entry of its own: the bundler's
 * memory and its changes to the environment end with this process.
 */
import path from 'node:path';
import process from 'node:process';

import { build } from 'vite';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new Error('build-page: the output folder is missing');

await build({
  root: path.resolve(import.meta.dirname, '../..'),
  configFile: false,
  logLevel: 'error',
  // Relative addresses, so that the page also works behind a proxy that adds a path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    // An inlined asset is a `data:` address, which the page's content policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
