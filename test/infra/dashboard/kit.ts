/** A plain stack with two services, for what is made of services. */
import { Stack } from 'aws-cdk-lib';
import { ScheduledService } from '../../../infra/constructs/scheduled-service.ts';
import { defineService } from '../../../lib/service/index.ts';
import { newApp, templateOf } from '../../support/stack-kit.ts';
import { ofType, resolve, type Template } from '../policy/template.ts';

const FUNCTIONS = new URL('../../../functions/', import.meta.url).pathname;

/** The services `check-endpoints`, which trips after 3 failures, and `mark-late-runs`, after 5. */
export function twoServices(): { stack: Stack; services: ScheduledService[] } {
  const stack = new Stack(newApp(), 'Test');
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
  const template = templateOf(stack).toJSON() as Template;
  return ofType(template, type).map(([, { Properties }]) => resolve(template, Properties) as Record<string, unknown>);
}
