/**
 * The app that `cdk` runs. It makes one stack from the catalog of services and the settings in the context of CDK.
 * Synth needs no network, Docker or credentials.
 */
import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadCatalog, readCatalog } from '../lib/services/catalog.ts';
import { escaped, guardOutput } from '../lib/text/index.ts';
import { planOf } from './cost/deployed-plan.ts';
import { costLine, estimate } from './cost/index.ts';
import { readSettings, refuseUnknownServices } from './settings.ts';
import { TickoverStack } from './tickover-stack.ts';

// Without this listener, Node would print an uncaught error without the escaping that `guardOutput` adds.
guardOutput([process.stdout, process.stderr]);
process.once('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});

const app = new App();
const settings = readSettings((name) => app.node.tryGetContext(name), Object.keys(app.node.getAllContext()));
const catalog = await loadCatalog();
refuseUnknownServices(
  settings,
  catalog.map(({ service }) => service.name),
);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const stack = new TickoverStack(app, `Tickover-${settings.stage}`, { catalog, settings });
Annotations.of(stack).addInfo(costLine(estimate(planOf(stack))));
for (const { name, text } of (await readCatalog()).unserved) {
  Annotations.of(stack).addWarningV2(`tickover:unserved-${escaped(name)}`, text);
}
