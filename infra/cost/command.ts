/**
 * `npm run cost` prints what the services of the catalog would cost a month if they were deployed now. The command
 * makes the stack, but bundles and deploys nothing.
 */
import { readFile } from 'node:fs/promises';
import { App } from 'aws-cdk-lib';
import { Command, InvalidArgumentError } from 'commander';
import { loadCatalog } from '../../lib/services/catalog.ts';
import { guardOutput } from '../../lib/text/index.ts';
import { readSettings } from '../settings.ts';
import { TickoverStack } from '../tickover-stack.ts';
import { ASSUMPTIONS, type Assumed, type Assumption, type AssumptionName, assume } from './assumptions.ts';
import { breakEven } from './break-even.ts';
import { planOf } from './deployed-plan.ts';
import { estimate } from './estimate.ts';
import { REGIONS, regionOf } from './prices.ts';
import { costReport, optionOf } from './report.ts';
import { scales } from './scale.ts';

type Options = Partial<Assumed> & { readonly context: Readonly<Record<string, string>>; readonly region: string };

const CDK_JSON = new URL('../../cdk.json', import.meta.url);

async function main(args: readonly string[]): Promise<void> {
  guardOutput([process.stdout, process.stderr]);
  const typed = command().parse(args);
  try {
    console.log((await report(typed.opts<Options>())).join('\n'));
  } catch (error) {
    typed.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function report({ context, region: name, ...given }: Options): Promise<string[]> {
  const assumptions = assume(given);
  const options = { assumptions, region: regionOf(name) };
  const plan = await deployedPlan(context);
  const compared = breakEven(plan, options);
  return costReport({ bill: estimate(plan, options), compared, scales: scales(plan, options), assumed: assumptions });
}

function command(): Command {
  const made = new Command('cost')
    .description('What the catalog costs a month on AWS, itemised, and from where an always-on container is cheaper.')
    .option('-c, --context <name=value>', 'as for cdk, such as stage=dev', withContext, {})
    .option('-r, --region <name>', `one of ${REGIONS.join(', ')}`, 'us-east-1');
  for (const name of Object.keys(ASSUMPTIONS) as AssumptionName[]) {
    const { meaning, standard, unit }: Assumption = ASSUMPTIONS[name];
    made.option(`${optionOf(name)} <number>`, `${meaning}; ${standard} ${unit} by default`, numberOf);
  }
  return made;
}

async function deployedPlan(given: Options['context']) {
  const { context: standing } = JSON.parse(await readFile(CDK_JSON, 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context: { ...standing, ...given, 'aws:cdk:bundling-stacks': [] } });
  const settings = readSettings((name) => app.node.tryGetContext(name), Object.keys(app.node.getAllContext()));
  const stack = new TickoverStack(app, `Tickover-${settings.stage}`, { catalog: await loadCatalog(), settings });
  return planOf(stack);
}

function withContext(written: string, before: Options['context']): Options['context'] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(written) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError(`Expected name=value, got ${written}.`);
  return { ...before, [name]: value };
}

function numberOf(written: string): number {
  const value = written.trim() === '' ? Number.NaN : Number(written);
  if (Number.isNaN(value)) throw new InvalidArgumentError(`Expected a number, got '${written}'.`);
  return value;
}

await main(process.argv);
