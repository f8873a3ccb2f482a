import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadNative, type NativeLoad } from '../../src/native/load-native.ts';
import { library } from '../support/native.ts';

const run = promisify(execFile);
const CHILD = path.join(import.meta.dirname, '../support/loading-child.ts');
/** Plain CommonJS: a Node that runs no TypeScript loads the library, too. */
const ASK = `
  const native = require(process.argv[1]);
  const out = new Float64Array(native.socketFields().length);
  const host = native.HostProbe && JSON.parse(new native.HostProbe().collect());
  const stamps = native.SocketWatcher && new native.SocketWatcher();
  stamps?.close();
  console.log(JSON.stringify({
    node: process.version,
    abi: native.abiVersion(),
    closed: native.readSocket(-1, out),
    pid: host?.process?.pid === process.pid,
  }));`;

/** Each Node of the PATH, but for our own. */
function otherNodes(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const files = folders.map((folder) => path.join(folder, 'node'));
  const found = files.filter((file) => existsSync(file) && !file.includes('node_modules'));
  return [...new Set(found.map((file) => realpathSync(file)))];
}

const nodes = otherNodes();
if (nodes.length === 0) process.stdout.write('no other Node in the PATH loads the library here\n');

describe.skipIf(library === undefined)('one file of the library', () => {
  const load = loadNative();
  const file = load.library === undefined ? '' : load.file;

  test.each([process.execPath, ...nodes])('is loaded by %s as it is', async (node) => {
    const { stdout } = await run(node, ['-e', ASK, file]);
    const told = JSON.parse(stdout);
    process.stdout.write(`loaded by Node ${told.node}\n`);
    expect(told).toMatchObject({ abi: load.library?.abiVersion(), closed: 9 });
    expect(told.pid).toBe(process.platform === 'linux');
  });

  describe('in a package for this platform', () => {
    let folder: string;
    let installed: string;

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'netscope-prebuilt-'));
      const name = `native-${process.platform}-${process.arch}`;
      installed = path.join(folder, 'node_modules', '@netscope', name);
      mkdirSync(installed, { recursive: true });
    });

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** By a process where there are no sources, and the package is. */
    async function loaded(main: string): Promise<NativeLoad> {
      writeFileSync(path.join(installed, 'package.json'), JSON.stringify({ main }));
      const env = { ...process.env, NODE_PATH: path.join(folder, 'node_modules') };
      const { stdout } = await run(process.execPath, [CHILD, path.join(folder, 'none')], { env });
      return JSON.parse(stdout);
    }

    test('is used where there are no sources', async () => {
      copyFileSync(file, path.join(installed, 'index.node'));
      expect(await loaded('index.node')).toMatchObject({
        file: path.join(installed, 'index.node'),
        library: {},
      });
    });

    test('of another interface is refused, with both numbers', async () => {
      writeFileSync(path.join(installed, 'old.js'), 'exports.abiVersion = () => 1;');
      const reason = expect.stringMatching(/has interface 1 and this is made for \d+/u);
      expect(await loaded('old.js')).toMatchObject({ reason });
    });

    test('that is broken is refused, with the reason', async () => {
      writeFileSync(path.join(installed, 'broken.node'), 'no library');
      const reason = expect.stringContaining('does not load');
      expect(await loaded('broken.node')).toMatchObject({ reason });
    });
  });
});
