/** The bundles of a group, made by esbuild: each service's build id, and what is evaluated when. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssetStaging } from 'aws-cdk-lib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServiceGroup, type ServiceGroupProps } from '../../../infra/constructs/group/service-group.ts';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import type { HandlerEvent, ScheduledHandler } from '../../../lib/lambda/index.ts';
import { ROOT } from '../../support/process.ts';
import { emptyStack, idle, newApp, removeOutputs, resourcesOf, templateOf } from '../../support/stack-kit.ts';

/** CDK bundles only files of the project. */
let directory = '';
beforeAll(() => {
  mkdirSync(join(ROOT, 'cdk.out'), { recursive: true });
  directory = mkdtempSync(join(ROOT, 'cdk.out', 'group-'));
});
afterAll(() => {
  removeOutputs();
  rmSync(directory, { recursive: true, force: true });
});

function write(file: string, code: string): string {
  const path = join(directory, file);
  writeFileSync(path, code);
  return path;
}

/** A service's file, which imports `shared.ts` if it is asked to. */
function entryOf(name: string, { code = '', shared = false } = {}): string {
  const used = shared ? "import { shared } from './shared.ts';\n" : 'const shared = 0;\n';
  return write(
    `${name}.ts`,
    `import { scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/service/index.ts';
${used}${code}
export const handler = scheduledHandler(defineService({ name: '${name}', interval: '5m', workload: async () => shared }));
`,
  );
}

const member = (name: string) => ({ service: idle({ name }), entry: join(directory, `${name}.ts`) });

function grouped(props: Partial<ServiceGroupProps> = {}): ServiceGroup {
  const services = ['one', 'two'].map(member);
  return new ServiceGroup(emptyStack(newApp({})), 'Small', { services, ...props });
}

function buildsOf({ entry }: ServiceGroup): Record<string, string> {
  const found = readFileSync(entry, 'utf8').matchAll(/"([\w-]+)": \{ build: "(\w+)"/g);
  return Object.fromEntries([...found].map(([, name = '', build = '']) => [name, build]));
}

beforeEach(() => {
  write('shared.ts', 'export const shared = 1;\n');
  entryOf('one', { shared: true });
  entryOf('two', { shared: true });
  entryOf('three');
});

describe('the build id of a service in a group', () => {
  const single = (props: object = {}) => {
    const stack = emptyStack(newApp({}));
    new ScheduledService(stack, 'One', { ...member('one'), ...props });
    const [lambda] = resourcesOf(templateOf(stack), 'AWS::Lambda::Function');
    const environment = lambda?.Properties['Environment'] as { Variables: Record<string, string> } | undefined;
    return environment?.Variables['TICKOVER_BUILD'];
  };

  test.each<[string, object]>([
    ['as it is', {}],
    ['with props of its bundle', { functionProps: { bundling: { define: { MINE: '1' }, minify: false } } }],
  ])('is the one that it has in a function of its own, %s', (_what, props) => {
    expect(buildsOf(grouped(props))['one']).toBe(single(props));
  });

  test('is the one that it has there at another interval', () => {
    const services = [{ ...member('one'), interval: '7m' as const }, member('two')];

    expect(buildsOf(grouped({ services }))['one']).toBe(single({ interval: '7m' }));
  });

  test("changes with its own code, and no other service's does", () => {
    const before = buildsOf(grouped());
    entryOf('one', { shared: true, code: "console.log('changed');" });
    const after = buildsOf(grouped());

    expect(after).toEqual({ ...before, one: expect.not.stringMatching(before['one'] ?? '') });
  });

  test('changes with a file that it imports, as that of every service does which imports it', () => {
    const services = ['one', 'two', 'three'].map(member);
    const before = buildsOf(grouped({ services }));
    write('shared.ts', 'export const shared = 2;\n');
    const after = buildsOf(grouped({ services }));

    expect(after['one']).not.toBe(before['one']);
    expect(after['two']).not.toBe(before['two']);
    expect(after['three']).toBe(before['three']);
  });
});

describe('the bundle of a group', () => {
  const loaded = async (): Promise<ScheduledHandler> => {
    const made = grouped();
    const staging = made.node.findAll().find((child) => child instanceof AssetStaging);
    const file = join(staging?.absoluteStagedPath ?? '', 'index.mjs');
    const { handler } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { handler: ScheduledHandler };
    return handler;
  };
  const failureOf = (handler: ScheduledHandler, event: unknown): Promise<Error> =>
    handler(event as HandlerEvent, { getRemainingTimeInMillis: () => 60_000 }).then(
      () => new Error('nothing was thrown'),
      (error: Error) => error,
    );
  beforeEach(() => {
    vi.stubEnv('TICKOVER_TABLE', 'states');
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });

  test('has every service in one file, of which one that throws at load fails alone, each time', async () => {
    entryOf('two', { code: "if (Date.now() > 0) throw new Error('no such table');" });
    const handler = await loaded();
    const refusals = [];
    for (const service of ['one', 'two', 'two', 'one'])
      refusals.push((await failureOf(handler, { service, action: 'nothing' })).message);

    expect(refusals).toEqual([
      expect.stringMatching(/^one: the event is malformed/),
      expect.stringMatching(/^two: its code in the group Small cannot be loaded: Error: no such table; /),
      expect.stringMatching(/^two: its code in the group Small cannot be loaded: Error: no such table; /),
      expect.stringMatching(/^one: the event is malformed/),
    ]);
  });

  test('evaluates a service at its first invocation, and no other', async () => {
    for (const name of ['one', 'two'])
      entryOf(name, { code: `((globalThis as any).evaluated ??= []).push('${name}');` });
    const handler = await loaded();
    const evaluated = () => (globalThis as { evaluated?: string[] }).evaluated ?? [];

    expect(evaluated()).toEqual([]);
    await failureOf(handler, { service: 'two', action: 'nothing' });
    await failureOf(handler, { service: 'two', action: 'nothing' });
    expect(evaluated()).toEqual(['two']);
  });
});

test('a build id is of the code also where the command line names the stacks to bundle', () => {
  const named = buildsOf(grouped());
  vi.stubEnv('CDK_CONTEXT_JSON', JSON.stringify({ 'aws:cdk:bundling-stacks': ['Theirs'] }));
  try {
    expect(buildsOf(grouped())).toEqual(named);
    entryOf('one', { code: 'console.log("changed");' });
    expect(buildsOf(grouped())['one']).not.toBe(named['one']);
  } finally {
    vi.unstubAllEnvs();
  }
});
