import { describe, expect, test } from 'vitest';

import { CommandLine } from './support/cli.ts';

const SECRET = 'hunter2-never-to-be-seen';

const SOUND = {
  source: {
    kafka: {
      brokers: ['127.0.0.1:1'],
      sasl: { mechanism: 'plain', username: 'reader', password: SECRET },
    },
  },
  upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
  routes: [
    {
      name: 'send',
      topics: ['in'],
      match: { value: { state: 'final' } },
      upstream: 'partner',
      request: {
        method: 'PUT',
        path: '/v1/{value.id}',
        headers: { authorization: `Bearer ${SECRET}` },
      },
    },
    { name: 'drop', topics: ['in'], match: { value: { state: 'draft' } }, action: 'skip' },
  ],
  audit: {
    store: 'rgw',
    rgw: { bucket: 'trail', access_key_id: 'reader', secret_access_key: SECRET },
  },
};

const UNSOUND = { ...SOUND, delivery: { tries_mx: 5 }, http: { port: 'eighty' } };

/** Every command that there is. */
const COMMANDS = [
  'run',
  'demo',
  'config check',
  'config print',
  'audit cat',
  'audit export',
  'audit grep',
  'audit init-bucket',
  'audit ls',
  'audit query',
  'audit ship',
  'audit timeline',
  'audit verify',
  'report',
  'routes test',
];

const ROUTES_TEST = ['routes', 'test', '--record', '-'] as const;

const VERSION = /^\d+\.\d+\.\d+$/u;

interface Effective {
  readonly service: { readonly data_dir: string };
  readonly source: { readonly kafka: { readonly sasl: object } };
  readonly delivery: object;
  readonly upstreams: { readonly partner: { readonly circuit: object } };
  readonly routes: readonly { readonly request: { readonly headers: object } }[];
  readonly audit: { readonly rgw: object };
}

describe('netscope config check', () => {
  test('says of a sound configuration that it is valid, as text and as JSON, and ends with 0', async () => {
    await using cli = await CommandLine.on(SOUND);
    const [plain, json] = await Promise.all([
      cli.run('config', 'check'),
      cli.run('config', 'check', '--json'),
    ]);
    const file = `${cli.folder}/netscope.yaml`;
    expect(plain).toEqual({
      exitCode: 0,
      stdout: `${file}: the configuration is valid (routes: 2, warnings: 0)\n`,
      stderr: '',
    });
    expect(json).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual({ valid: true, file, warnings: [], routes: 2 });
  });

  test('lists the faults of an unsound one and ends with 78', async () => {
    await using cli = await CommandLine.on(UNSOUND);
    const [plain, json] = await Promise.all([
      cli.run('config', 'check'),
      cli.run('config', 'check', '--json'),
    ]);
    expect(plain).toMatchObject({ exitCode: 78, stdout: '' });
    expect(plain.stderr.split('\n')).toEqual([
      'netscope: configuration is invalid',
      'netscope.yaml:1: delivery.tries_mx: found an unknown key; expected a known one; the nearest is tries_max',
      'netscope.yaml:1: http.port: found "eighty"; expected a whole number from 0 to 65535',
      '',
    ]);
    expect(json).toMatchObject({ exitCode: 78, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: {
        code: 'CONFIG_INVALID',
        faults: [{ path: 'delivery.tries_mx' }, { path: 'http.port', found: '"eighty"' }],
      },
    });
    expect(plain.stderr + json.stdout).not.toContain(SECRET);
  });
});

describe('netscope config print', () => {
  test('fills in the defaults and masks secrets, and what it prints is sound and the same again', async () => {
    await using cli = await CommandLine.on(SOUND);
    const [yaml, json] = await Promise.all([
      cli.run('config', 'print'),
      cli.run('config', 'print', '--json'),
    ]);
    expect([yaml.exitCode, yaml.stderr, json.exitCode, json.stderr]).toEqual([0, '', 0, '']);
    expect(yaml.stdout + json.stdout).not.toContain(SECRET);
    const effective: Effective = JSON.parse(json.stdout);
    expect(effective).toMatchObject({
      service: { name: 'netscope', data_dir: `${cli.folder}/data` },
      delivery: { tries_max: 5, retry_for_ms: 3_600_000, ambiguous: 'retry' },
      source: {
        kafka: { sasl: { mechanism: 'plain', username: 'reader', password: '(redacted)' } },
      },
      upstreams: { partner: { circuit: { consecutive_failures: 5, open_ms: 5000 } } },
      routes: [{ request: { headers: { authorization: '(redacted)' } } }, { action: 'skip' }],
      audit: { rgw: { bucket: 'trail', region: 'default', secret_access_key: '(redacted)' } },
    });

    await using printed = await CommandLine.on(effective);
    await printed.write('printed.yaml', yaml.stdout);
    const again = ['--config', 'printed.yaml'];
    const [check, print] = await Promise.all([
      printed.run('config', 'check', ...again),
      printed.run('config', 'print', '--json', ...again),
    ]);
    expect(check).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(print.stdout)).toEqual(effective);
  });
});

describe('netscope routes test --record -', () => {
  test('reads one record from standard input and tells what becomes of it', async () => {
    await using cli = await CommandLine.on(SOUND);
    const ask = async (value: object): ReturnType<CommandLine['run']> =>
      cli.runWith(JSON.stringify({ topic: 'in', key: 'k', value }), ...ROUTES_TEST);
    const [sent, skipped, parked, unrouted, broken] = await Promise.all([
      ask({ state: 'final', id: 'A 17/b' }),
      ask({ state: 'draft' }),
      ask({ state: 'final' }),
      ask({ state: 'other' }),
      cli.runWith('{"topic":', ...ROUTES_TEST),
    ]);
    expect([sent, skipped, parked, unrouted].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(sent.stdout).toContain('in/0/0: route send sends to partner\n');
    expect(sent.stdout).toContain("curl -X PUT 'http://127.0.0.1:9/v1/A%2017%2Fb'");
    expect(sent.stdout).toContain("-H 'authorization: ***'");
    expect(sent.stdout).not.toContain(SECRET);
    expect(skipped.stdout).toMatch(/^in\/0\/0: route drop is skipped\n/u);
    expect(parked.stdout).toMatch(
      /^in\/0\/0: route send would be parked, malformed: request\.path: \{value\.id\} finds no value\n/u,
    );
    expect(unrouted.stdout).toMatch(/^in\/0\/0: no route; would be parked, no_route: /u);
    expect(broken).toMatchObject({ exitCode: 64, stdout: '' });
    expect(broken.stderr).toMatch(/^netscope: the record is not JSON: /mu);
  });
});

describe('netscope --help and --version', () => {
  test('every command tells how it is used and ends with 0, with no configuration at all', async () => {
    await using cli = await CommandLine.on(UNSOUND);
    const overview = await cli.run('--help');
    expect(overview).toMatchObject({ exitCode: 0, stderr: '' });
    expect(commandsIn(overview.stdout).toSorted()).toEqual(COMMANDS.toSorted());
    const helps = await Promise.all(COMMANDS.map((one) => cli.run(...one.split(' '), '--help')));
    for (const [index, { exitCode, stdout, stderr }] of helps.entries()) {
      const command = COMMANDS[index] ?? '';
      expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: netscope ${command}\\b`, 'u'));
      expect(stdout).toContain('--config FILE');
      expect(stdout).toMatch(/^Exit codes\n {2}0 /mu);
    }
  });

  test('the version is told as text and as JSON; no command, and one that is none, end with 64', async () => {
    await using cli = await CommandLine.on(UNSOUND);
    const [plain, json, none, unknown] = await Promise.all([
      cli.run('--version'),
      cli.run('--version', '--json'),
      cli.run(),
      cli.run('confg', 'check'),
    ]);
    expect([plain, json].map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const { version }: { readonly version: string } = JSON.parse(json.stdout);
    expect(version).toMatch(VERSION);
    expect(plain.stdout).toBe(`netscope ${version}\n`);
    expect(none).toMatchObject({ exitCode: 64, stdout: '' });
    expect(none.stderr).toContain('Usage: netscope COMMAND [OPTIONS]');
    expect(unknown).toMatchObject({ exitCode: 64, stdout: '' });
    expect(unknown.stderr).toContain('there is no command "confg check"');
  });
});

/** The names that the overview lists, without what one of them takes. */
function commandsIn(overview: string): readonly string[] {
  const list = overview.slice(overview.indexOf('\nCommands\n'), overview.indexOf('\nOptions of '));
  return [...list.matchAll(/^ {2}([a-z -]+?)(?: SQL)? {2,}/gmu)].map(([, name = '']) => name);
}
