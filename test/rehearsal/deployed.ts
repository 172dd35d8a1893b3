/** A stack as it was deployed: its template, and what its resources are called. */
import { ListStackResourcesCommand, type StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws.ts';
import { ACCOUNT, REGION } from './emulator.ts';
import { RehearsalError } from './failure.ts';
import { ofType, type Template, type World } from './template.ts';

/** A stack, deployed. */
export interface Deployed {
  readonly name: string;
  readonly template: Template;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, StackResourceSummary>;
  readonly world: World;
  /** What the one resource of a type is called whose logical id begins with the part. */
  physical(type: string, part: string): string;
}

/** Looks up what a stack was made of. */
export async function deployedStack(aws: Aws, name: string, template: Template): Promise<Deployed> {
  const { StackResourceSummaries = [] } = await aws.cloudFormation.send(
    new ListStackResourcesCommand({ StackName: name }),
  );
  const resources = new Map(StackResourceSummaries.map((resource) => [resource.LogicalResourceId ?? '', resource]));
  const world = worldOf(resources);
  return {
    name,
    template,
    resources,
    world,
    physical: (type, part) => {
      const [one, ...more] = ofType(template, type).filter(({ id }) => id.startsWith(part));
      if (one !== undefined && more.length === 0) return world.ref(one.id);
      throw new RehearsalError(`expected one ${type} like ${part}, got ${more.length + (one === undefined ? 0 : 1)}`);
    },
  };
}

/** A logical id begins with the name of the service, without its dashes. */
export function idPart(service: string): string {
  return service.replaceAll('-', '');
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

function worldOf(resources: Deployed['resources']): World {
  const physicalOf = (id: string): string => {
    const physical = resources.get(id)?.PhysicalResourceId;
    if (physical === undefined) throw new RehearsalError(`${id}: it was never made`);
    return physical;
  };
  return {
    ref: (name) => PSEUDO[name] ?? physicalOf(name),
    arn: (id) => arnOf(resources.get(id)?.ResourceType ?? '', physicalOf(id)),
  };
}

const here = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** How an ARN is made of what CloudFormation calls a resource. */
const ARNS: Readonly<Record<string, (physical: string) => string>> = {
  'AWS::CloudWatch::Alarm': (name) => here('cloudwatch', `alarm:${name}`),
  'AWS::DynamoDB::Table': (name) => here('dynamodb', `table/${name}`),
  'AWS::IAM::Role': (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'AWS::Lambda::Function': (name) => here('lambda', `function:${name}`),
  'AWS::Logs::LogGroup': (name) => here('logs', `log-group:${name}:*`),
  'AWS::Scheduler::ScheduleGroup': (name) => here('scheduler', `schedule-group/${name}`),
  'AWS::SNS::Topic': (arn) => arn,
  'AWS::SQS::Queue': (url) => here('sqs', url.split('/').at(-1) ?? ''),
};

function arnOf(type: string, physical: string): string {
  const arn = ARNS[type];
  if (arn === undefined) throw new RehearsalError(`${physical}: no rule for the ARN of a ${type}`);
  return arn(physical);
}
