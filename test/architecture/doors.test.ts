/** The doors between the rooms, and what may not be done outside the room that is there for it. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/process.ts';

/** Which rooms each room may ask. Whatever is missing here is closed. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'lib/time': [],
  'lib/loop': ['lib/time'],
  'lib/tick': ['lib/loop', 'lib/time'],
  'lib/runner': ['lib/tick', 'lib/loop', 'lib/time'],
  'lib/store': ['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  'lib/metrics': ['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  'lib/testing': ['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  'lib/flow-runs': ['lib/runner', 'lib/loop', 'lib/time'],
  'lib/watch': ['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  'lib/services': [
    ...['lib/flow-runs', 'lib/watch', 'lib/metrics', 'lib/store'],
    ...['lib/runner', 'lib/loop', 'lib/time'],
  ],
  'lib/lambda': ['lib/metrics', 'lib/store', 'lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  'lib/local': [
    ...['lib/lambda', 'lib/metrics', 'lib/services', 'lib/flow-runs', 'lib/watch', 'lib/store'],
    ...['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  ],
  'lib/cli': ['lib/local', 'lib/metrics', 'lib/flow-runs', 'lib/store', 'lib/runner', 'lib/time'],
  functions: ['lib/lambda', 'lib/services'],
  // Definitions, shapes of tables, names of variables and of log lines: see what only some places may touch.
  infra: [
    ...['lib/services', 'lib/watch', 'lib/flow-runs', 'lib/store', 'lib/lambda'],
    ...['lib/runner', 'lib/tick', 'lib/loop', 'lib/time'],
  ],
};

/** Packages, Node's own included, that a room may use. A room that isn't named may use what it likes. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  'lib/time': /^(ms|node:crypto)$/,
  'lib/loop': /^$/,
  'lib/tick': /^croner$/,
  'lib/runner': /^node:process$/,
  'lib/store': /^@aws-sdk\//,
  'lib/metrics': /^(prom-client|@aws-lambda-powertools\/metrics|node:(http|events))$/,
  'lib/lambda': /^(zod|@aws-lambda-powertools\/logger|node:(async_hooks|process))$/,
  'lib/watch': /^(zod|node:crypto)$/,
  functions: /^$/,
};

/** What only some places may touch. */
const GUARDED: readonly { readonly what: string; readonly pattern: RegExp; readonly allowed: RegExp }[] = [
  {
    what: 'the clock and its timers',
    pattern:
      /\bDate\s*[.(]|new Date\b|\bset(Timeout|Interval|Immediate)\b|\bperformance\.|AbortSignal\.timeout|\bnextTick\b/,
    allowed: /^lib\/(time\/|testing\/fake-clock\.ts)/,
  },
  {
    what: 'chance',
    pattern: /Math\.random|randomUUID|getRandomValues|randomBytes/,
    allowed: /^lib\/time\/random\.ts$/,
  },
  { what: 'the environment', pattern: /process\.env\b/, allowed: /^lib\/(lambda\/env\.ts|cli\/)/ },
  {
    what: 'a store or a handler, of which the stack needs the shape alone',
    pattern: /\b(dynamo\w+Store|dynamoStatesReader|documentClient|scheduledHandler)\b/,
    allowed: /^(lib|functions)\//,
  },
  { what: 'a workload', pattern: /\.(workload|prepare)\b/, allowed: /^(lib|functions)\// },
  {
    what: 'CloudFormation, where it only judges or counts',
    pattern: /from '(aws-cdk-lib|constructs|cdk-nag)/,
    allowed: /^infra\/(constructs\/|app\.ts|tickover-stack\.ts|service-needs\.ts|cost\/(command|deployed-plan)\.ts)/,
  },
];

interface Source {
  readonly file: string;
  readonly room: string;
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
      .map(async (file) => ({
        file,
        room: roomAt(file),
        code: withoutComments(await readFile(join(ROOT, file), 'utf8')),
      })),
  );
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf({ code }: Source): string[] {
  return [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);
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

/** What a source does that it may not, each in a sentence. */
function offences(source: Source): string[] {
  const homeless = DOORS[source.room] === undefined ? [`${source.file} is in a room that has no doors`] : [];
  const touched = GUARDED.filter(({ pattern, allowed }) => pattern.test(source.code) && !allowed.test(source.file));
  return [
    ...homeless,
    ...importsOf(source).flatMap((specifier) => importOffence(source, specifier)),
    ...touched.map(({ what }) => `${source.file} touches ${what}`),
  ];
}

function importOffence(source: Source, specifier: string): string[] {
  if (!specifier.startsWith('.')) {
    const allowed = (PACKAGES[source.room] ?? /./).test(specifier);
    return allowed ? [] : [`${source.file} uses the package ${specifier}`];
  }
  const { room, file } = roomOf(source.file, specifier);
  if (room === source.room) return [];
  if (DOORS[source.room]?.includes(room) !== true) return [`${source.file} enters ${room} through no door`];
  // The services are files of their own, named by the function that runs them.
  const byItsDoor = room === 'lib/services' || file.endsWith('/index.ts');
  return byItsDoor ? [] : [`${source.file} enters ${room} past its index.ts`];
}

describe('the rooms', () => {
  test('ask only the rooms they have a door to, use only their packages, and leave clock, chance and environment to their places', async () => {
    const all = await sources();

    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap(offences)).toEqual([]);
  });

  test('have no circle of doors', () => {
    const reaches = (room: string, seen: readonly string[]): string[] =>
      (DOORS[room] ?? []).flatMap((next) =>
        seen.includes(next) ? [[...seen, next].join(' -> ')] : reaches(next, [...seen, next]),
      );

    expect(Object.keys(DOORS).flatMap((room) => reaches(room, [room]))).toEqual([]);
  });

  const offenders: readonly (readonly [string, Source])[] = [
    [
      'lib/loop/a.ts enters lib/store through no door',
      { file: 'lib/loop/a.ts', room: 'lib/loop', code: "import { x } from '../store/index.ts';" },
    ],
    [
      'lib/store/a.ts enters lib/runner past its index.ts',
      { file: 'lib/store/a.ts', room: 'lib/store', code: "import type { X } from '../runner/ports.ts';" },
    ],
    [
      'lib/loop/a.ts uses the package node:fs',
      { file: 'lib/loop/a.ts', room: 'lib/loop', code: "import fs from 'node:fs';" },
    ],
    [
      'lib/tick/a.ts touches the clock and its timers',
      { file: 'lib/tick/a.ts', room: 'lib/tick', code: 'const now = Date.now();' },
    ],
    ['lib/runner/a.ts touches chance', { file: 'lib/runner/a.ts', room: 'lib/runner', code: 'Math.random()' }],
    [
      'lib/services/a.ts touches the environment',
      { file: 'lib/services/a.ts', room: 'lib/services', code: "process.env['HOME']" },
    ],
    [
      'lib/lambda/a.ts enters infra through no door',
      { file: 'lib/lambda/a.ts', room: 'lib/lambda', code: "import { x } from '../../infra/settings.ts';" },
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
    ['lib/utils/a.ts is in a room that has no doors', { file: 'lib/utils/a.ts', room: 'lib/utils', code: '' }],
  ];
  test.each(offenders)('would be caught: %s', (offence, source) => {
    expect(offences(source)).toEqual([offence]);
  });
});
