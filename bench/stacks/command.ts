/**
 * `npm run bench -- stacks [services]`: puts many services into as few stacks as CloudFormation's limits allow, with
 * and without groups, with and without alarms. Prints the size and the monthly cost of these stacks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { planOf } from '../../infra/cost/deployed-plan.ts';
import { estimate } from '../../infra/cost/index.ts';
import { readSettings } from '../../infra/settings.ts';
import { TickoverStack } from '../../infra/tickover-stack.ts';
import { defineService } from '../../lib/service/index.ts';
import { watchServices } from '../../lib/services/watch-services.ts';

/** CloudFormation's limits for one stack: resources, outputs, and the bytes of a template. */
const MOST = { resources: 500, outputs: 200, bytes: 1_048_576 } as const;
const FUNCTION_FILE = fileURLToPath(new URL('../../functions/watch-services.ts', import.meta.url));

/** A stack whose template can be read even if it is above CloudFormation's limits, where CDK would throw. */
class MeasuredStack extends TickoverStack {
  template(): Template {
    return this._toCloudFormation() as Template;
  }
}

interface Way {
  readonly title: string;
  /** The largest number of services that share one Lambda function. @default each service has its own function */
  readonly group?: number;
  readonly alarms: 'essential' | 'none';
}

const WAYS: readonly Way[] = [
  { title: 'alone', alarms: 'essential' },
  { title: 'alone, no alarms', alarms: 'none' },
  { title: 'groups of 20', group: 20, alarms: 'essential' },
  { title: 'groups of 20, no alarms', group: 20, alarms: 'none' },
  { title: 'a group a stack', group: 1_000, alarms: 'essential' },
];

interface Measured {
  readonly services: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly resources: number;
  readonly outputs: number;
  readonly bytes: number;
  readonly dollars: number;
}

/** Prints the size and the cost of the stacks as tables. Returns true if all are within CloudFormation's limits. */
export async function benchStacks([services = '1000']: readonly string[]): Promise<boolean> {
  const all = WAYS.map((way) => ({ way, stacks: fewestStacks(way, Number(services)) }));
  console.log(`${services} services, every minute, each stack with its own watchdog, table and pager\n`);
  printStacks(all);
  console.log('');
  printKinds(all);
  return all.every(({ stacks }) => stacks.every(fits));
}

type Row = { readonly way: Way; readonly stacks: readonly Measured[] };

function printStacks(rows: readonly Row[]): void {
  print([
    '',
    'stacks',
    'services in a stack',
    'resources in a stack',
    'resources a service',
    'template',
    'a service-month',
  ]);
  print(['---', '---:', '---:', '---:', '---:', '---:', '---:']);
  for (const { way, stacks } of rows) {
    const [first] = stacks;
    const services = sum(stacks, (stack) => stack.services);
    print([
      way.title,
      stacks.length,
      first?.services ?? 0,
      first?.resources ?? 0,
      (sum(stacks, (stack) => stack.resources) / services).toFixed(2),
      `${Math.ceil((first?.bytes ?? 0) / 1_024)} KB`,
      `$${(sum(stacks, (stack) => stack.dollars) / services).toFixed(3)}`,
    ]);
  }
}

function printKinds(rows: readonly Row[]): void {
  const kinds = [
    ...new Set(rows.flatMap(({ stacks }) => stacks.flatMap(({ kinds: own }) => [...own.keys()]))),
  ].toSorted();
  print(['resources in all', ...rows.map(({ way }) => way.title)]);
  print(['---', ...rows.map(() => '---:')]);
  for (const kind of kinds) {
    const name = kind.replace(/^AWS::/, '').replace('::', ' ');
    print([name, ...rows.map(({ stacks }) => sum(stacks, (stack) => stack.kinds.get(kind) ?? 0))]);
  }
  print(['in all', ...rows.map(({ stacks }) => sum(stacks, ({ resources }) => resources))]);
}

function print(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

/** Returns the stacks that all services need if each stack has as many services as fit; the last stack has the rest. */
function fewestStacks(way: Way, services: number): Measured[] {
  const fitting = largestFitting(way, Math.min(services, MOST.resources));
  const full = Math.floor(services / fitting.services);
  const rest = services % fitting.services;
  return [...Array.from({ length: full }, () => fitting), ...(rest === 0 ? [] : [measured(way, rest)])];
}

function largestFitting(way: Way, most: number): Measured {
  const whole = measured(way, most);
  if (fits(whole)) return whole;
  let [best, low, high] = [measured(way, 1), 1, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = measured(way, middle);
    if (fits(found)) [best, low] = [found, middle];
    else high = middle;
  }
  return best;
}

function fits({ resources, outputs, bytes }: Measured): boolean {
  return resources <= MOST.resources && outputs <= MOST.outputs && bytes <= MOST.bytes;
}

function measured({ group, alarms }: Way, services: number): Measured {
  const names = Array.from({ length: services }, (_, index) => `service-${String(index).padStart(4, '0')}`);
  const catalog = [
    ...names.map((name) => ({
      service: defineService({ name, interval: '1m', workload: async () => {} }),
      functionFile: FUNCTION_FILE,
    })),
    { service: watchServices, functionFile: FUNCTION_FILE },
  ];
  const own = (index: number) => ({
    alarms,
    ...(group === undefined ? {} : { group: `group-${Math.floor(index / group)}` }),
  });
  const context = {
    services: Object.fromEntries(names.map((name, index) => [name, own(index)])),
    alarmEmail: 'a@example.com',
  };
  const outdir = mkdtempSync(join(tmpdir(), 'tickover-bench-'));
  try {
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false });
    const settings = readSettings((name) => (context as Record<string, unknown>)[name]);
    const stack = new MeasuredStack(app, 'Tickover-prod', { catalog, settings });
    const { total } = estimate(planOf(stack));
    return { services, dollars: total, ...countsOf(stack.template()) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

function countsOf(template: Template): Omit<Measured, 'services' | 'dollars'> {
  const kinds = new Map<string, number>();
  for (const { Type } of Object.values(template.Resources)) kinds.set(Type, (kinds.get(Type) ?? 0) + 1);
  return {
    kinds,
    resources: Object.keys(template.Resources).length,
    outputs: Object.keys(template.Outputs ?? {}).length,
    // CDK indents its templates by one space.
    bytes: Buffer.byteLength(JSON.stringify(template, undefined, 1)),
  };
}

function sum(all: readonly Measured[], value: (one: Measured) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}
