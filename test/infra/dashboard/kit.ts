/** A plain stack with two services, for what is made of services. */
import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template as Synthesised } from 'aws-cdk-lib/assertions';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import { defineService } from '../../../lib/service/index.ts';
import { ofType, resolve, type Template } from '../policy/template.ts';

const CDK_JSON = new URL('../../../cdk.json', import.meta.url);
const FUNCTIONS = new URL('../../../functions/', import.meta.url).pathname;

/** The services `check-endpoints`, which trips after 3 failures, and `mark-late-runs`, after 5. */
export function twoServices(): { stack: Stack; services: ScheduledService[] } {
  const { context } = JSON.parse(readFileSync(CDK_JSON, 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Test');
  const policies = { 'check-endpoints': 3, 'mark-late-runs': 5 };
  const services = Object.entries(policies).map(
    ([name, consecutive]) =>
      new ScheduledService(stack, name, {
        service: defineService({ name, interval: '60s', consecutive, workload: async () => undefined }),
        entry: `${FUNCTIONS}${name}.ts`,
        namespace: 'Tickover-test',
      }),
  );
  return { stack, services };
}

/** The properties of all resources of a type, resolved. */
export function propertiesOf(stack: Stack, type: string): Readonly<Record<string, unknown>>[] {
  const template = Synthesised.fromStack(stack).toJSON() as Template;
  return ofType(template, type).map(([, { Properties }]) => resolve(template, Properties) as Record<string, unknown>);
}
