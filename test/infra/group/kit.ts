/** Groups of services in somebody else's stack. */
import type { Stack } from 'aws-cdk-lib';
import { ServiceGroup, type ServiceGroupProps } from '../../../infra/constructs/group/service-group.ts';
import { ENTRY, emptyStack, idle, resourcesOf, templateOf } from '../../support/stack-kit.ts';

/** A service of a group that does nothing. */
export function member(name: string, options: Parameters<typeof idle>[0] = {}) {
  return { service: idle({ name, ...options }), entry: ENTRY };
}

/** The group `Small` of the services `a`, `b` and `c`. */
export function grouped(props: Partial<ServiceGroupProps> = {}, stack: Stack = emptyStack()) {
  const services = [member('a'), member('b', { interval: '1d', timeout: '2m' }), member('c', { interval: '20s' })];
  const made = new ServiceGroup(stack, 'Small', { services, ...props });
  return { stack, made, template: () => templateOf(stack) };
}

/** The properties of the resources of a type. */
export function propertiesOf({ template }: Pick<ReturnType<typeof grouped>, 'template'>, type: string) {
  return resourcesOf(template(), type).map(({ Properties }) => Properties);
}
