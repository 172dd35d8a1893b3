/** The doors between the rooms, and what may not be done outside the room that is there for it. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

const RUN_AND_BELOW = ['lib/run', 'lib/service', 'lib/rules', 'lib/text', 'lib/time'];
const TICK_AND_BELOW = ['lib/tick', ...RUN_AND_BELOW];

/** What the package exports. These files may pass on what the index of any room exports, but those of one machine. */
const PUBLIC = /^lib\/(index|flow-runs\/public)\.ts$/;
const ONE_MACHINE = ['lib/local', 'lib/cli', 'lib/testing', 'lib/prometheus'];

/** The rooms whose index each room may import. Every other import across rooms is refused. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'lib/time': [],
  'lib/text': ['lib/time'],
  'lib/rules': ['lib/text', 'lib/time'],
  'lib/service': ['lib/rules', 'lib/text', 'lib/time'],
  'lib/run': ['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  'lib/tick': [...RUN_AND_BELOW],
  'lib/loop': [...RUN_AND_BELOW],
  'lib/store': [...TICK_AND_BELOW],
  'lib/metrics': [...TICK_AND_BELOW],
  'lib/prometheus': ['lib/metrics', ...TICK_AND_BELOW],
  'lib/watchdog': [...TICK_AND_BELOW],
  'lib/testing': [...TICK_AND_BELOW],
  'lib/flow-runs': ['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  'lib/bundling': ['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  'lib/secrets': ['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  'lib/services': [
    'lib/flow-runs',
    'lib/watchdog',
    'lib/metrics',
    'lib/store',
    'lib/service',
    'lib/rules',
    'lib/text',
    'lib/time',
  ],
  'lib/lambda': ['lib/metrics', 'lib/store', ...TICK_AND_BELOW],
  'lib/local': [
    ...['lib/lambda', 'lib/services', 'lib/store', 'lib/flow-runs', 'lib/prometheus', 'lib/watchdog', 'lib/bundling'],
    ...['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  ],
  'lib/client': [...['lib/lambda', 'lib/store', 'lib/watchdog', 'lib/service', 'lib/rules', 'lib/text', 'lib/time']],
  'lib/cli': [
    'lib/local',
    'lib/client',
    'lib/loop',
    'lib/flow-runs',
    'lib/prometheus',
    'lib/store',
    'lib/service',
    'lib/text',
    'lib/time',
  ],
  functions: ['lib/lambda', 'lib/services'],
  // Definitions, limits, due times, the environment codec, shapes of tables, names of variables, log lines and metrics.
  infra: [
    ...['lib/services', 'lib/watchdog', 'lib/flow-runs', 'lib/store', 'lib/lambda', 'lib/metrics', 'lib/bundling'],
    ...['lib/client'],
    ...['lib/service', 'lib/rules', 'lib/text', 'lib/time'],
  ],
};

/** Packages, Node's own included, that a room may use. A room that isn't named may use any. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  'lib/time': /^(ms|node:crypto)$/,
  'lib/text': /^node:util$/,
  'lib/rules': /^$/,
  'lib/service': /^node:(crypto|path|url)$/,
  'lib/run': /^node:(async_hooks|process)$/,
  'lib/tick': /^$/,
  'lib/loop': /^node:process$/,
  'lib/store': /^@aws-sdk\//,
  'lib/secrets': /^@aws-sdk\/client-(ssm|secrets-manager)$/,
  'lib/metrics': /^@aws-lambda-powertools\/metrics$/,
  'lib/prometheus': /^(prom-client|node:(http|events|zlib))$/,
  'lib/lambda': /^(zod|@aws-lambda-powertools\/logger|node:(process|crypto))$/,
  'lib/client': /^(zod|node:crypto|@aws-sdk\/client-(lambda|dynamodb)|@aws-sdk\/lib-dynamodb)$/,
  'lib/watchdog': /^(zod|node:crypto|@aws-sdk\/client-(sns|eventbridge))$/,
  'lib/testing': /^node:(async_hooks|crypto|timers\/promises)$/,
  functions: /^$/,
};

/** Things that only some places may touch. */
const GUARDED: readonly { readonly what: string; readonly pattern: RegExp; readonly allowed: RegExp }[] = [
  {
    what: 'the clock and its timers',
    pattern:
      /\bDate\s*[.(]|new Date\b|\bset(Timeout|Interval|Immediate)\b|\bperformance\.|AbortSignal\.timeout|\bnextTick\b/,
    allowed: /^lib\/(time\/|testing\/(fake|virtual)-clock\.ts)/,
  },
  {
    what: 'chance',
    pattern: /Math\.random|randomUUID|getRandomValues|randomBytes/,
    allowed: /^lib\/time\/random\.ts$/,
  },
  {
    what: 'the environment',
    pattern: /process\.env\b/,
    allowed: /^lib\/(lambda\/env\.ts|cli\/|metrics\/powertools\.ts|bundling\/(read-definitions|definition-worker)\.ts)/,
  },
  {
    what: 'SNS or EventBridge',
    pattern: /'@aws-sdk\/client-(sns|eventbridge)'/,
    allowed: /^lib\/watchdog\/senders\/(sns|event-bridge)\.ts$/,
  },
  {
    what: 'a store or a handler, of which the stack needs the shape alone',
    pattern: /\b(dynamo\w+Store|dynamoStatesReader|documentClient|scheduledHandler|groupHandler|sendersIn)\b/,
    // The entries of the watchdog and of groups are written at synth, and name the handler in their text.
    allowed: /^(lib|functions)\/|^infra\/constructs\/(watchdog|group\/service-group)\.ts$/,
  },
  { what: 'a workload', pattern: /\.(workload|prepare)\b/, allowed: /^(lib|functions)\// },
  {
    what: 'CloudFormation, where it only judges or counts',
    pattern: /from '(aws-cdk-lib|constructs|cdk-nag)/,
    allowed:
      /^infra\/(constructs\/|app\.ts|durations\.ts|known-props\.ts|tickover-stack\.ts|service-needs\.ts|cost\/(command|deployed-plan)\.ts)|^lib\/cli\/init\/templates\.ts$/,
  },
];

interface Source {
  readonly file: string;
  readonly room: string;
  readonly lines: number;
  /** Without comments, so that a word in one is no offence. */
  readonly code: string;
}

async function sources(): Promise<Source[]> {
  const folders = ['lib', 'functions', 'infra'];
  const listed = await Promise.all(folders.map((folder) => readdir(join(ROOT, folder), { recursive: true })));
  const files = listed.flatMap((names, index) => names.map((name) => join(folders[index] ?? '', name)));
  return Promise.all(
    files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map(async (file) => {
        const text = await readFile(join(ROOT, file), 'utf8');
        return { file, room: roomAt(file), lines: text.trimEnd().split('\n').length, code: withoutComments(text) };
      }),
  );
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** The formatter leaves double quotes only around a text that holds single ones, which may look like an import. */
function importsOf({ code }: Pick<Source, 'code'>): string[] {
  return [...code.replace(/"(?:[^"\\\n]|\\.)*"/g, '').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
}

function roomOf(from: string, specifier: string): { room: string; file: string } {
  const file = normalize(join(dirname(from), specifier));
  return { room: roomAt(file), file };
}

/** The rooms of `lib` are its folders; `functions` and `infra` are one each. */
function roomAt(file: string): string {
  const [top = '', folder = ''] = file.split('/');
  return top === 'lib' ? `${top}/${folder}` : top;
}

/** Everything that a source does against the rules, each in a sentence. */
function offences(source: Omit<Source, 'lines'>): string[] {
  const homeless =
    !PUBLIC.test(source.file) && DOORS[source.room] === undefined
      ? [`${source.file} is in a room that has no doors`]
      : [];
  const touched = GUARDED.filter(({ pattern, allowed }) => pattern.test(source.code) && !allowed.test(source.file));
  return [
    ...homeless,
    ...importsOf(source).flatMap((specifier) => importOffence(source, specifier)),
    ...touched.map(({ what }) => `${source.file} touches ${what}`),
  ];
}

function importOffence(source: Omit<Source, 'lines'>, specifier: string): string[] {
  if (!specifier.startsWith('.')) {
    const allowed = (PACKAGES[source.room] ?? /./).test(specifier);
    return allowed ? [] : [`${source.file} uses the package ${specifier}`];
  }
  const { room, file } = roomOf(source.file, specifier);
  if (room === source.room) return [];
  const hasDoor = PUBLIC.test(source.file) ? !ONE_MACHINE.includes(room) : DOORS[source.room]?.includes(room);
  if (hasDoor !== true) return [`${source.file} enters ${room} through no door`];
  // The services are files of their own, named by the function that runs them.
  const byItsDoor = room === 'lib/services' || file.endsWith('/index.ts');
  return byItsDoor ? [] : [`${source.file} enters ${room} past its index.ts`];
}

/** The files that a source imports with a relative path. */
function importedFiles(source: Source): string[] {
  return importsOf(source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(source.file), specifier)));
}

/** Circles of imports, types included: each as the files of one strongly connected part (Tarjan's algorithm). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    let low = order.size - 1;
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === order.get(file)) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) found.push(circle.toSorted());
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** A folder is a level: its files, without those of folders in it. */
function levels(files: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return counts;
}

const MOST_FILES_ON_A_LEVEL = 20;
const SHORTEST_HELPER = 20;
/**
 * Entry points and barrels may be as short as they like, and so may a list that grows with each version and that a test
 * replaces.
 */
const MAY_BE_SHORT = /^(functions\/|infra\/app\.ts$|lib\/cli\/[\w-]+\.ts$)|\/(index|public)\.ts$/;

/** The rooms that import one another in a row, as docs/design.md draws them. */
const ROW = ['time', 'text', 'rules', 'service', 'run', 'tick'];

/** The doors in the table of docs/design.md: `` `room` and the rooms to its left `` stands for a part of the row. */
function doorsIn(page: string): [room: string, doors: string[]][] {
  return [...page.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| ([^|;:]*)/gm)].flatMap(([, rooms = '', cell = '']) => {
    const doors = namesIn(cell);
    const last = cell.includes('and the rooms to its left') ? ROW.indexOf(doors.at(-1) ?? '') : -1;
    return namesIn(rooms).map((room): [string, string[]] => [room, [...doors, ...ROW.slice(0, Math.max(0, last))]]);
  });
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name);
}

describe('The rooms', () => {
  test('have the doors that docs/design.md lists', async () => {
    const [, page = ''] =
      /may also import([\s\S]*?)\n\n/.exec(await readFile(join(ROOT, 'docs/design.md'), 'utf8')) ?? [];
    const enforced = Object.entries(DOORS).map(([room, doors]) =>
      [room, doors].flat().map((name) => name.replace('lib/', '')),
    );

    const listed = doorsIn(page).map(([room, doors]) => [room, ...doors.toSorted()]);

    expect(listed.toSorted()).toEqual(
      enforced
        .map(([room = '', ...doors]) => [room, ...doors.toSorted()])
        .filter(([room = '']) => !ROW.includes(room))
        .toSorted(),
    );
  });

  test('ask only the rooms they have a door to, use only their packages, and leave clock, chance and environment to their places', async () => {
    const all = await sources();

    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap(offences)).toEqual([]);
  });

  test('have no circle of doors', () => {
    expect(circles(new Map(Object.entries(DOORS)))).toEqual([]);
  });

  test('have no circle of imports between files, types included', async () => {
    const all = await sources();

    expect(circles(new Map(all.map((source) => [source.file, importedFiles(source)])))).toEqual([]);
  });

  test('hold at most 20 files on one level', async () => {
    const counts = levels((await sources()).map(({ file }) => file));

    expect([...counts].filter(([, count]) => count > MOST_FILES_ON_A_LEVEL)).toEqual([]);
  });

  test('have no file under 20 lines that only one other file needs', async () => {
    const all = await sources();
    const importers = new Map<string, string[]>();
    for (const source of all) {
      for (const file of importedFiles(source)) importers.set(file, [...(importers.get(file) ?? []), source.file]);
    }
    const isNeeded = (file: string) =>
      (importers.get(file) ?? []).filter((importer) => !importer.endsWith('/index.ts')).length;
    const isExported = (file: string) => (importers.get(file) ?? []).some((importer) => importer.endsWith('/index.ts'));
    const short = all.filter(({ file, lines }) => lines < SHORTEST_HELPER && !MAY_BE_SHORT.test(file));

    expect(short.map(({ file }) => file).filter((file) => !isExported(file) && isNeeded(file) <= 1)).toEqual([]);
  });

  test('are found in a circle where there is one', () => {
    const graph = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts', 'd.ts']],
      ['d.ts', []],
    ]);

    expect(circles(graph)).toEqual([['b.ts', 'c.ts']]);
  });

  const offenders: readonly (readonly [string, Omit<Source, 'lines'>])[] = [
    [
      'lib/rules/a.ts enters lib/store through no door',
      { file: 'lib/rules/a.ts', room: 'lib/rules', code: "import { x } from '../store/index.ts';" },
    ],
    [
      'lib/store/a.ts enters lib/tick past its index.ts',
      { file: 'lib/store/a.ts', room: 'lib/store', code: "import type { X } from '../tick/ports.ts';" },
    ],
    [
      'lib/rules/a.ts uses the package node:fs',
      { file: 'lib/rules/a.ts', room: 'lib/rules', code: "import fs from 'node:fs';" },
    ],
    [
      'lib/tick/a.ts touches the clock and its timers',
      { file: 'lib/tick/a.ts', room: 'lib/tick', code: 'const now = Date.now();' },
    ],
    ['lib/run/a.ts touches chance', { file: 'lib/run/a.ts', room: 'lib/run', code: 'Math.random()' }],
    [
      'lib/services/a.ts touches the environment',
      { file: 'lib/services/a.ts', room: 'lib/services', code: "process.env['HOME']" },
    ],
    [
      'lib/lambda/a.ts enters infra through no door',
      { file: 'lib/lambda/a.ts', room: 'lib/lambda', code: "import { x } from '../../infra/settings.ts';" },
    ],
    [
      'lib/watchdog/senders/a.ts touches SNS or EventBridge',
      {
        file: 'lib/watchdog/senders/a.ts',
        room: 'lib/watchdog',
        code: "await import('@aws-sdk/client-sns')",
      },
    ],
    [
      'infra/a.ts enters lib/local through no door',
      { file: 'infra/a.ts', room: 'infra', code: "import { x } from '../lib/local/index.ts';" },
    ],
    [
      'infra/constructs/a.ts touches a workload',
      { file: 'infra/constructs/a.ts', room: 'infra', code: 'await service.workload(context)' },
    ],
    [
      'infra/constructs/a.ts touches a store or a handler, of which the stack needs the shape alone',
      {
        file: 'infra/constructs/a.ts',
        room: 'infra',
        code: "import { dynamoStateStore } from '../../lib/store/index.ts';",
      },
    ],
    [
      'infra/alarms/a.ts touches CloudFormation, where it only judges or counts',
      { file: 'infra/alarms/a.ts', room: 'infra', code: "import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';" },
    ],
    [
      'lib/index.ts enters lib/local through no door',
      { file: 'lib/index.ts', room: 'lib/index.ts', code: "export { x } from './local/index.ts';" },
    ],
    ['lib/utils/a.ts is in a room that has no doors', { file: 'lib/utils/a.ts', room: 'lib/utils', code: '' }],
  ];
  test.each(offenders)('would be caught: %s', (offence, source) => {
    expect(offences(source)).toEqual([offence]);
  });
});
