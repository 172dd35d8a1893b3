/**
 * The policies of a synthesised template with every CloudFormation function resolved as a deployment would, on made-up
 * names: account 111122223333, region us-east-1, every resource named by its logical id. What can't be resolved is an
 * error, so that no permission hides behind it.
 */
import { readStatement, type Statement } from './statement.ts';

/** A template as JSON. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A role and everything that is said of it. */
export interface Role {
  /** Its logical id. */
  readonly id: string;
  readonly permissions: readonly Statement[];
  readonly trust: readonly Statement[];
  readonly managedPolicies: readonly unknown[];
}

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Stack',
  'AWS::StackId': `arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/1`,
};

/** What follows `arn:aws:` in the ARN of a resource. */
const ARNS: Readonly<Record<string, (name: string) => string>> = {
  'AWS::DynamoDB::Table': (name) => `dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  'AWS::DynamoDB::GlobalTable': (name) => `dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  'AWS::Lambda::Function': (name) => `lambda:${REGION}:${ACCOUNT}:function:${name}`,
  'AWS::Logs::LogGroup': (name) => `logs:${REGION}:${ACCOUNT}:log-group:${name}:*`,
  'AWS::SQS::Queue': (name) => `sqs:${REGION}:${ACCOUNT}:${name}`,
  'AWS::SNS::Topic': (name) => `sns:${REGION}:${ACCOUNT}:${name}`,
  'AWS::IAM::Role': (name) => `iam::${ACCOUNT}:role/${name}`,
  'AWS::Scheduler::ScheduleGroup': (name) => `scheduler:${REGION}:${ACCOUNT}:schedule-group/${name}`,
  'AWS::Scheduler::Schedule': (name) => `scheduler:${REGION}:${ACCOUNT}:schedule/Group/${name}`,
  'AWS::KMS::Key': (name) => `kms:${REGION}:${ACCOUNT}:key/${name}`,
  'AWS::CloudWatch::Alarm': (name) => `cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
  'AWS::CloudWatch::CompositeAlarm': (name) => `cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
};

/** Types whose `Ref` is the ARN and not the name. */
const REF_IS_ARN = new Set(['AWS::SNS::Topic']);

/** The ARN that a resource gets. */
export function arnOf({ Resources }: Template, id: string): string {
  const { Type } = Resources[id] ?? {};
  const path = ARNS[Type ?? ''];
  if (path === undefined) throw new Error(`template: no ARN is known for ${id} (${Type ?? 'no such resource'})`);
  return `arn:aws:${path(id)}`;
}

/** The value with all its functions resolved. */
export function resolve(template: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => resolve(template, part));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  const isFunction = entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'));
  if (isFunction) return applied(template, name, argument);
  return Object.fromEntries(entries.map(([field, part]) => [field, resolve(template, part)]));
}

function applied(template: Template, name: string, argument: unknown): string {
  if (name === 'Ref') return referred(template, String(argument));
  if (name === 'Fn::GetAtt') return attribute(template, argument);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument;
    return (resolve(template, parts) as unknown[]).map(String).join(String(separator));
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replace(/\$\{([^}]+)\}/g, (_all, inner: string) =>
      inner.includes('.') ? attribute(template, inner.split('.')) : referred(template, inner),
    );
  }
  throw new Error(`template: can't resolve ${name} of ${JSON.stringify(argument)}`);
}

function referred(template: Template, id: string): string {
  const pseudo = PSEUDO[id];
  if (pseudo !== undefined) return pseudo;
  const { Type } = template.Resources[id] ?? {};
  if (Type === undefined) throw new Error(`template: can't resolve Ref of ${id}`);
  return REF_IS_ARN.has(Type) ? arnOf(template, id) : id;
}

function attribute(template: Template, argument: unknown): string {
  const [id, name] = Array.isArray(argument) ? argument : [];
  if (name === 'Arn' || name === 'TopicArn') return arnOf(template, String(id));
  throw new Error(`template: can't resolve Fn::GetAtt of ${JSON.stringify(argument)}`);
}

/** The resources of a type, with their logical ids. */
export function ofType({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

/** Every role of the template, with what policies of its own and policies beside it say. */
export function rolesOf(template: Template): readonly Role[] {
  return ofType(template, 'AWS::IAM::Role').map(([id, { Properties = {} }]) => {
    const { Policies = [], AssumeRolePolicyDocument, ManagedPolicyArns = [] } = Properties;
    const inline = (Policies as readonly { PolicyDocument: unknown }[]).flatMap(({ PolicyDocument }) =>
      statementsIn(template, PolicyDocument),
    );
    return {
      id,
      permissions: [...inline, ...attachedTo(template, id)],
      trust: statementsIn(template, AssumeRolePolicyDocument),
      managedPolicies: ManagedPolicyArns as readonly unknown[],
    };
  });
}

function attachedTo(template: Template, role: string): Statement[] {
  const policies = [...ofType(template, 'AWS::IAM::Policy'), ...ofType(template, 'AWS::IAM::ManagedPolicy')];
  return policies.flatMap(([, { Properties = {} }]) => {
    const { Roles = [], PolicyDocument } = Properties;
    const isAttached = (resolve(template, Roles) as unknown[]).includes(role);
    return isAttached ? statementsIn(template, PolicyDocument) : [];
  });
}

/** The statements of a policy document. */
export function statementsIn(template: Template, document: unknown): Statement[] {
  const { Statement: statements } = resolve(template, document) as { Statement: unknown };
  return [statements].flat().map(readStatement);
}
