/**
 * Makes an app of two copies of `tickover/cdk`, as a monorepo can have it: `NODE two-copies-of-cdk.cjs PROJECT OTHER`.
 * Prints one line of JSON with what each copy made of the constructs of the other.
 */
'use strict';

const { createRequire } = require('node:module');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [project, other] = process.argv.slice(2);
const requireOne = createRequire(join(project, 'index.cjs'));
const requireOther = createRequire(join(other, 'index.cjs'));
const { App, Stack } = requireOne('aws-cdk-lib');
const { Annotations } = requireOne('aws-cdk-lib/assertions');
const { defineService } = requireOne('tickover');
const one = requireOne('tickover/cdk');
const two = requireOther('tickover/cdk');

// CDK bundles only entries beside a lock file.
process.chdir(project);
const entry = join(project, 'service.js');
writeFileSync(entry, 'export const handler = async () => {};');
writeFileSync('package-lock.json', '{}');
// The functions stay unbundled, since nobody looks at their code.
const app = new App({
  outdir: join(project, 'cdk.out'),
  context: { 'aws:cdk:bundling-stacks': [] },
  builtinCloudFormationValidation: false,
});
const stack = new Stack(app, 'Stack');
const service = (name) => defineService({ name, interval: '5m' });
const { table } = new one.StateTable(stack, 'Table');
const watched = new one.ScheduledService(stack, 'Watched', { service: service('watched'), entry, table });
const group = new one.ServiceGroup(stack, 'Group', {
  groupName: 'small',
  table,
  services: [{ service: service('member'), entry }],
});
new two.Watchdog(stack, 'Watchdog', { services: [watched, ...group.services] });

function refusalOf(make) {
  try {
    make();
  } catch (error) {
    return error.message;
  }
  return undefined;
}

const found = {
  isDeployedService: two.DeployedService.isDeployedService(watched),
  isServiceGroup: [two.ServiceGroup.isServiceGroup(group), two.ServiceGroup.isServiceGroup(watched)],
  isInstance: watched instanceof two.DeployedService,
  sameName: refusalOf(() => new two.ScheduledService(stack, 'Again', { service: service('watched'), entry, table })),
  unwatched: Annotations.fromStack(stack)
    .findWarning('*', '.*')
    .filter((each) => /no watchdog/.test(JSON.stringify(each))).length,
};
console.log(JSON.stringify(found));
