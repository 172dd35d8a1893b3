/** The stack under test: the catalog as it is deployed, without bundles, and who asks for what in it. */
import { Stack } from 'aws-cdk-lib';
import type { DeployedService } from '../../../infra/constructs/deployed-service.ts';
import type { TickoverStack } from '../../../infra/tickover-stack.ts';
import { newStack, synthesised, templateOf } from '../../support/stack-kit.ts';
import type { Asking, Target } from './access-table.ts';
import { arnOf, type Role, rolesOf, type Template } from './template.ts';

/** A synthesised stack. */
export interface Subject {
  readonly stack: TickoverStack;
  readonly template: Template;
}

/** The stack as it is deployed. */
export function asDeployed(): Subject {
  const { stack, template } = synthesised();
  return { stack, template: template.toJSON() as Template };
}

/** A stack of its own, to which something is added. */
export function withMore(add: (stack: TickoverStack) => void): Subject {
  const stack = newStack();
  add(stack);
  return { stack, template: templateOf(stack).toJSON() as Template };
}

/** The logical id that a construct's resource got. */
export function idOf(
  construct:
    | DeployedService['function']
    | TickoverStack['table']
    | DeployedService['logGroup']
    | DeployedService['schedule'],
): string {
  return String(Stack.of(construct).resolve(Stack.of(construct).getLogicalId(construct.node.defaultChild as never)));
}

/** The role with the id. */
export function roleOf(template: Template, id: string): Role {
  const role = rolesOf(template).find((each) => each.id === id);
  if (role === undefined) throw new Error(`no role ${id}`);
  return role;
}

/** The role that a service's function runs under. */
export function functionRole({ template }: Subject, { function: lambda }: DeployedService): Role {
  const { Properties: { Role: role } = {} } = template.Resources[idOf(lambda)] ?? {};
  const { 'Fn::GetAtt': [id] = [] } = role as { 'Fn::GetAtt'?: readonly string[] };
  return roleOf(template, id ?? '');
}

/** What a service keeps in the state table, and by which attributes each is known. */
const KINDS = {
  state: ['pk', 'sk', 'v', 'fence', 'done', 'leaseOwner', 'leaseUntil', 'record', 'streak', 'runs'],
  'run records': ['pk', 'sk', 'outcome', 'startedAt', 'durationMs', 'failure', 'expiresAtSeconds'],
  pause: ['pk', 'sk', 'pauseAt', 'pauseUntil', 'pauseReason', 'pauseBy'],
} as const;

/** Every kind of item that the services of these names have in the state table. */
export function itemsOf({ stack, template }: Subject, whose: string, ...keys: readonly string[]): Target[] {
  const resource = arnOf(template, idOf(stack.table));
  return Object.entries(KINDS).map(([kind, attributes]) => ({ what: `${whose} ${kind}`, resource, keys, attributes }));
}

/** Every service's function with its own items, and with those of every other service. */
export function askings(subject: Subject): Asking[] {
  return subject.stack.services.map((asking) => ({
    who: asking.service.name,
    role: functionRole(subject, asking),
    targets: subject.stack.services.flatMap(({ service: { name } }) =>
      itemsOf(subject, name === asking.service.name ? 'its own' : `${name}'s`, name),
    ),
  }));
}

/** The service of that name. */
export function serviceOf({ stack }: Subject, name: string): DeployedService {
  const found = stack.services.find(({ service }) => service.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

/** The names of the services, in the order of the catalog. */
export function namesOf({ stack }: Subject): string[] {
  return stack.services.map(({ service }) => service.name);
}
