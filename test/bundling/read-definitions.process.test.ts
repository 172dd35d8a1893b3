/** Definitions that a child process reads from files of every kind. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findServiceFiles, readDefinition, readDefinitions, readEachDefinition } from '../../lib/bundling/index.ts';
import { ROOT } from '../support/process.ts';
import { mixedProject, project, removeProjects, serviceText } from './kit.ts';

afterAll(removeProjects);

const idle = (name: string, before = '') =>
  serviceText(`name: '${name}', interval: '5m', workload: async () => {}`, before);

/** What is wrong with the one file of a project. */
function faultsOf(files: Readonly<Record<string, string>>, limit?: number): string {
  const root = project(files);
  const paths = Object.keys(files).filter((path) => path.startsWith('services/'));
  try {
    readDefinitions(
      paths.map((path) => join(root, path)),
      limit === undefined ? {} : { limit },
    );
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('a definition', () => {
  test('is read from every kind of file, in the order of the files', () => {
    const files = findServiceFiles(join(mixedProject(), 'services'));

    expect(readDefinitions(files).map(({ file, service }) => [file, service.name])).toEqual(
      files.map((file, index) => [file, ['common', 'compiled', 'module', 'paths', 'required', 'typed'][index]]),
    );
  });

  test('is data: the schedule and the policy that the file states, without functions', () => {
    const options =
      "name: 'poll', interval: '1h', cron: '0 9 * * ? *', timezone: 'Europe/Berlin', consecutive: 5, timeout: '90s', " +
      "local: { interval: '5s' }, classify: () => 'fatal', prepare: () => 1, workload: async () => {}";
    const root = project({ 'services/poll.ts': serviceText(options) });
    const { service, takesInput, secrets } = readDefinition(join(root, 'services/poll.ts'));

    expect(service).toMatchObject({
      ...{ name: 'poll', timeout: 90_000, localInterval: 5_000 },
      schedule: { interval: 3_600_000, cron: '0 9 * * ? *', timezone: 'Europe/Berlin' },
      policy: { consecutive: 5 },
      written: { interval: '1h', timeout: '90s' },
    });
    expect(Object.values(service.written).filter((value) => typeof value === 'function')).toEqual([]);
    expect({ takesInput, secrets }).toEqual({ takesInput: false, secrets: {} });
  });

  test('is read though another file rejects a promise later, ends the process later, or sends messages itself', () => {
    const options = (name: string) => `name: '${name}', interval: '1h', workload: async () => {}`;
    const root = project({
      'services/a.ts': serviceText(options('a'), "setTimeout(() => Promise.reject(new Error('late')), 1);"),
      'services/b.ts': serviceText(options('b'), 'await new Promise((resolve) => setTimeout(resolve, 60));'),
      'services/c.ts': serviceText(options('c'), 'setTimeout(() => process.exit(3), 1);'),
      'services/d.ts': serviceText(options('d'), 'await new Promise((resolve) => setTimeout(resolve, 60));'),
      'services/e.ts': serviceText(
        options('e'),
        "import { parentPort } from 'node:worker_threads'; parentPort?.postMessage('ready');",
      ),
      'services/f.ts': serviceText(
        options('f'),
        "import { writeSync } from 'node:fs'; try { writeSync(3, 'mine\\n'); } catch {}",
      ),
    });

    const read = readDefinitions(findServiceFiles(join(root, 'services')));

    expect(read.map(({ service }) => service.name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('is not read from a copy of a service with other values', () => {
    const root = project({
      'services/base.ts': serviceText("name: 'base', interval: '1h', workload: async () => {}"),
      'services/copy.ts': "import base from './base.ts';\nexport default { ...base, name: 'copy' };\n",
    });

    expect(() => readDefinition(join(root, 'services/copy.ts'))).toThrow('got a copy with another name');
  });

  test('has the secrets that the service needs, from which its rights and its code follow', () => {
    const options = "name: 'poll', interval: '1h', secrets: { API_TOKEN: 'ssm:/poll/token' }, workload: async () => {}";
    const root = project({ 'services/poll.ts': serviceText(options) });
    const { service, secrets } = readDefinition(join(root, 'services/poll.ts'));

    expect(secrets).toEqual({ API_TOKEN: 'ssm:/poll/token' });
    expect(service.secrets.map(({ name }) => name)).toEqual(['API_TOKEN']);
  });

  test('is read from a handler that its user has written, as from the service itself', async () => {
    const handler = (name: string) =>
      [
        `import { scheduledHandler } from ${JSON.stringify(join(ROOT, 'lib/lambda/index.ts'))};`,
        "import { defineService } from 'TICKOVER';",
        `export const handler = scheduledHandler(defineService({ name: '${name}', interval: '5m' }));`,
      ].join('\n');
    const root = project({
      'services/default.ts': idle('default'),
      'services/handled.ts': handler('handled'),
      'services/none.ts': 'export const handler = async () => 1;\n',
    });
    const read = await readEachDefinition(findServiceFiles(join(root, 'services')));

    expect(read.map((each) => (typeof each === 'string' ? each : [each.service.name, each.source]))).toEqual([
      ['default', { file: join(root, 'services/default.ts') }],
      ['handled', { entry: join(root, 'services/handled.ts') }],
      'services/none.ts: default export: expected the service that defineService returns, got none, but handler',
    ]);
  });

  test('finds the variables of its own file, and no other', () => {
    const text = (name: string) =>
      idle(`\${process.env['PREFIX']}-${name}`).replaceAll("'$", '`$').replaceAll(`${name}'`, `${name}\``);
    const root = project({ 'services/one.ts': text('one'), 'services/two.ts': text('two') });
    const files = findServiceFiles(join(root, 'services'));
    const environmentOf = (file: string) => (file.endsWith('one.ts') ? { PREFIX: 'first' } : {});

    expect(readDefinitions(files, { environmentOf }).map(({ service }) => service.name)).toEqual([
      'first-one',
      'undefined-two',
    ]);
  });

  test('is read whatever the file prints, leaves running or writes to other files', () => {
    const before = [
      "import { writeSync } from 'node:fs';",
      "process.stdout.write('{}\\n');",
      'writeSync(1, \'{"fault":"x"}\\n\');',
      'setInterval(() => {}, 1_000);',
    ].join('\n');
    const root = project({ 'services/poll.ts': idle('poll', before) });

    expect(readDefinition(join(root, 'services/poll.ts')).service.name).toBe('poll');
  });
});

describe('the fault of a file', () => {
  test('that throws names the innermost place in the code of the project', () => {
    const files = {
      'shared/client.ts': "type Unused = 1;\nexport function client(): never {\n  throw new TypeError('no URL');\n}\n",
      'services/poll.ts': idle('poll', "import { client } from '../shared/client.ts';\nclient();"),
    };

    expect(faultsOf(files)).toBe('services: services/poll.ts: TypeError: no URL (thrown at shared/client.ts:3:9)');
  });

  test('that defines a service badly names the faults and the place', () => {
    expect(faultsOf({ 'services/poll.ts': serviceText("name: 'poll', interval: 5") })).toMatch(
      /^services: services\/poll\.ts: InvalidOptionsError: service 'poll': interval: expected .* \(thrown at services\/poll\.ts:3:16\)$/,
    );
  });

  test.each([
    [
      'exports no service',
      'export const other = 1;',
      'default export: expected the service that defineService returns, got none, but other',
    ],
    [
      'awaits what never comes',
      'await new Promise(() => {});\nexport {};',
      'its import never ends, since it awaits a promise that nothing settles',
    ],
    ['throws no error', 'throw null;', 'null (thrown while it was imported)'],
    ['ends its process', 'process.exit(3);', 'it ended its process with exit code 3 while it was imported'],
    [
      'kills its process',
      "process.kill(process.pid, 'SIGKILL'); for (;;);",
      'its process ended (SIGKILL) while it was imported',
    ],
    [
      'does not compile',
      'export default {\n  a b\n};',
      'its code can\'t be bundled: services/poll.ts:2:5: Expected "}" but found "b"',
    ],
    [
      'imports what is missing',
      "import './gone.ts';",
      'its code can\'t be bundled: services/poll.ts:1:8: Could not resolve "./gone.ts"',
    ],
  ])('that %s says so', (_what, text, fault) => {
    expect(faultsOf({ 'services/poll.ts': text })).toBe(`services: services/poll.ts: ${fault}`);
  });

  test.each([
    ['waits for ever', 'setInterval(() => {}, 1_000);\nawait new Promise(() => {});\nexport {};'],
    ['loops for ever', 'for (;;);'],
  ])('that %s is found after the limit, and no other file is at fault', (_what, text) => {
    const files = { 'services/a.ts': idle('a'), 'services/b.ts': text, 'services/c.ts': idle('c') };

    expect(faultsOf(files, 2_000)).toBe('services: services/b.ts: its import did not end within 2 s');
  });

  test('is named beside those of all others', () => {
    const files = {
      'services/a.ts': 'process.exit(3);',
      'services/b.ts': 'export default {\n  a b\n};',
      'services/c.ts': idle('c'),
      'services/d.ts': "throw new Error('no');",
    };

    expect(faultsOf(files)).toBe(
      'services: services/a.ts: it ended its process with exit code 3 while it was imported; ' +
        'services/b.ts: its code can\'t be bundled: services/b.ts:2:5: Expected "}" but found "b"; ' +
        'services/d.ts: Error: no (thrown at services/d.ts:1:7)',
    );
  });
});

test('a hundred definitions are read by one process', () => {
  const files = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `services/s${index}.ts`,
      idle(`s${index}`, `export const pid = ${index};`),
    ]),
  );
  const root = project(files);

  expect(readDefinitions(findServiceFiles(join(root, 'services')))).toHaveLength(100);
});
