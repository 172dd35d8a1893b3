/**
 * Whether every role may do what its part of the stack does. The emulator lets everybody do everything, so this is
 * judged on the template, by the evaluator of the policy tests. Pure.
 */
import { ENGINE_CALLS } from '../infra/policy/dynamo-requests.ts';
import { judge } from '../infra/policy/evaluator.ts';
import { arnOf, ofType, type Role, resolve, rolesOf, type Template } from '../infra/policy/template.ts';
import { idPart } from './deployed.ts';

/** What a role may not do and must, each in a line. */
export function rightsFaults(template: Template, services: readonly string[]): string[] {
  const roles = new Map(rolesOf(template).map((role) => [arnOf(template, role.id), role]));
  return [
    ...services.flatMap((service) => functionFaults(template, roles, service)),
    ...ofType(template, 'AWS::Scheduler::Schedule').flatMap(([id]) => scheduleFaults(template, roles, id)),
  ];
}

type Roles = ReadonlyMap<string, Role>;

interface FunctionProperties {
  readonly Role: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, string | undefined>> };
}

function functionFaults(template: Template, roles: Roles, service: string): string[] {
  const [, found] = ofType(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith(idPart(service))) ?? [];
  if (found === undefined) return [`${service}: it has no function`];
  const { Role, Environment } = resolve(template, found.Properties) as FunctionProperties;
  const { TICKOVER_TABLE: table } = Environment.Variables;
  // A function that is told no table says so itself, when it is loaded.
  if (table === undefined) return [];
  const resource = arnOf(template, table);
  return ENGINE_CALLS.map(({ request }) => request({ keys: [service], attributes: ['pk', 'sk'] }))
    .filter((request) => !may(roles.get(Role), { ...request, resource }))
    .map(({ action }) => `${service}: its function may not ${action} its own items`);
}

interface ScheduleProperties {
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly DeadLetterConfig: { readonly Arn: string };
  };
}

function scheduleFaults(template: Template, roles: Roles, id: string): string[] {
  const { Target } = resolve(template, template.Resources[id]?.Properties) as ScheduleProperties;
  const role = roles.get(Target.RoleArn);
  const needs = [
    { action: 'lambda:InvokeFunction', resource: Target.Arn },
    { action: 'sqs:SendMessage', resource: Target.DeadLetterConfig.Arn },
  ];
  return needs.filter((need) => !may(role, need)).map(({ action }) => `${id}: Scheduler may not ${action}`);
}

function may(role: Role | undefined, request: Parameters<typeof judge>[1]): boolean {
  return role !== undefined && judge(role.permissions, request) === 'allowed';
}
