/** What is expected of a project that uses the package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Terminal } from './terminal.ts';

const COMMONJS = fileURLToPath(new URL('../commonjs.cjs', import.meta.url));

/** The line that `tickover dev` prints when the first run has succeeded. */
export const FIRST_TICK = /hello +succeeded/;

/** Loads everything that the package exports from CommonJS. */
export async function requireAll({ directory, check }: Terminal): Promise<void> {
  const { names } = JSON.parse(await check(`node '${COMMONJS}' '${directory}' '${directory}'`)) as {
    readonly names: Readonly<Record<string, number>>;
  };
  const empty = Object.keys(names).filter((entry) => names[entry] === 0);
  expectThat(Object.keys(names).length > 5 && empty.length === 0, `no names in ${empty.join(', ')}`);
}

/** Type-checks the project under the compilers, the declarations of all packages included. */
export async function typeCheck({ check, directory }: Terminal, compilers: readonly string[]): Promise<void> {
  for (const compiler of compilers) await check(`node '${compiler}' -p '${directory}' --noEmit --skipLibCheck false`);
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The build ids of the functions in what `cdk synth` wrote, by the names of their services. */
export type BuildIds = Readonly<Record<string, string>>;

/** Expects what a service `hello` needs in the template of the project. */
export function checkTemplate({ directory }: Terminal): BuildIds {
  const resources = resourcesIn(join(directory, 'cdk.out'));
  const ids = (type: string) => resources.filter(([, { Type }]) => Type === type).map(([id]) => id);
  for (const [type, id] of [
    ['AWS::DynamoDB::Table', /StateTable/],
    ['AWS::Lambda::Function', /helloFunction/],
    ['AWS::Scheduler::Schedule', /helloSchedule/],
    ['AWS::CloudWatch::Alarm', /helloAlarms/],
    ['AWS::Lambda::Function', /watchservicesFunction/],
    ['AWS::Scheduler::Schedule', /watchservicesSchedule/],
    ['AWS::CloudWatch::Alarm', /watchservicesAlarms/],
  ] as const) {
    expectThat(
      ids(type).some((each) => id.test(each)),
      `no ${type} like ${id}, only ${ids(type).join(', ')}`,
    );
  }
  const builds = buildIdsOf(resources);
  expectThat('hello' in builds, `no build id of hello, only of ${Object.keys(builds).join(', ')}`);
  return builds;
}

/** The build ids in the templates of a directory. */
export function buildIdsIn(output: string): BuildIds {
  return buildIdsOf(resourcesIn(output));
}

function buildIdsOf(resources: readonly (readonly [string, Resource])[]): BuildIds {
  return Object.fromEntries(
    resources.flatMap(([id, { Properties }]) => {
      const environment = Properties?.['Environment'] as { Variables?: Record<string, unknown> } | undefined;
      const build = environment?.Variables?.['TICKOVER_BUILD'];
      return typeof build === 'string' ? [[id.replace(/^Services(.*)Function.*$/, '$1'), build]] : [];
    }),
  );
}

function resourcesIn(output: string): (readonly [id: string, Resource])[] {
  expectThat(existsSync(output), `no ${output}`);
  return readdirSync(output)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) => {
      const { Resources } = JSON.parse(readFileSync(join(output, file), 'utf8'));
      return Object.entries(Resources as Record<string, Resource>);
    });
}

/** Throws with `fault` unless it holds. */
export function expectThat(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}
