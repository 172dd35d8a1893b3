/** Deliberate breaks of the stack, as changes of its template: what a slip in `infra/` would synthesise. Pure. */
import { idPart } from '../deployed.ts';
import { ofType, type Template } from '../template.ts';

/** One break. */
export interface Break {
  readonly name: string;
  /** What is wrong, in a line. */
  readonly what: string;
  readonly change: (template: Template) => Template;
  /** Why the rehearsal can't see it, and what does; absent where it must. */
  readonly unseen?: string;
}

type Properties = Readonly<Record<string, unknown>>;

/** The breaks, in the order in which they are deployed over each other. */
export const BREAKS: readonly Break[] = [
  {
    name: 'wrong-input',
    what: 'the schedule sends `dueAt` where the function reads `scheduledFor`',
    change: onSchedule(({ Target, ...rest }) => {
      const target = Target as { readonly Input: string };
      return { ...rest, Target: { ...target, Input: target.Input.replace('"scheduledFor"', '"dueAt"') } };
    }),
  },
  {
    name: 'other-function',
    what: "the schedule fires another service's function",
    change: (template) => {
      const Arn = { 'Fn::GetAtt': [functionId(template, 'bystander'), 'Arn'] };
      return onSchedule(({ Target, ...rest }) => ({ ...rest, Target: { ...(Target as Properties), Arn } }))(template);
    },
  },
  {
    name: 'wrong-handler',
    what: "the function's handler is `index.handle`, which the bundle doesn't export",
    change: onFunction('steered', (properties) => ({ ...properties, Handler: 'index.handle' })),
  },
  {
    name: 'no-table-variable',
    what: 'the function does not get the name of the state table',
    change: onFunction('steered', (properties) => withoutVariable(properties, 'TICKOVER_TABLE')),
  },
  {
    name: 'no-flow-runs-variable',
    what: 'mark-late-runs does not get the name of the table of flow runs',
    change: onFunction('mark-late-runs', (properties) => withoutVariable(properties, 'TICKOVER_FLOW_RUNS_TABLE')),
  },
  {
    name: 'other-namespace',
    what: "the alarm *unhealthy* reads another namespace than the function's metrics go to",
    change: onLike('AWS::CloudWatch::Alarm', 'steeredAlarmsunhealthy', (properties) => ({
      ...properties,
      Namespace: 'Tickover',
    })),
  },
  {
    name: 'no-permission',
    what: "the function's role may not UpdateItem",
    change: onLike('AWS::IAM::Role', 'steeredFunctionRole', ({ Policies, ...rest }) => ({
      ...rest,
      Policies: (Policies as Properties[]).map((policy) => withoutAction(policy, 'dynamodb:UpdateItem')),
    })),
  },
  {
    name: 'no-invoke-permission',
    what: "Scheduler's role may not invoke the functions",
    change: onLike('AWS::IAM::Policy', 'SchedulerRole', (properties) =>
      withoutAction(properties, 'lambda:InvokeFunction'),
    ),
  },
  {
    name: 'no-expiry',
    what: 'the state table has no time to live',
    change: onLike('AWS::DynamoDB::Table', 'StateTable', ({ TimeToLiveSpecification: _gone, ...rest }) => rest),
  },
  {
    name: 'dangling-reference',
    what: "the function's retry settings are for one that the stack doesn't make",
    change: onLike('AWS::Lambda::EventInvokeConfig', 'steered', (properties) => ({
      ...properties,
      FunctionName: { Ref: 'NoSuchFunction' },
    })),
  },
  {
    name: 'wrong-architecture',
    what: 'the function asks for a processor that its code was not made for',
    change: onFunction('steered', (properties) => ({ ...properties, Architectures: ['x86_64'] })),
    unseen: 'the code runs on whatever machine rehearses; it is plain JavaScript, so it would run on AWS too',
  },
  {
    name: 'no-retries',
    what: 'Scheduler tries to deliver a firing only once',
    change: onSchedule(({ Target, ...rest }) => ({
      ...rest,
      Target: {
        ...(Target as Properties),
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    })),
    unseen:
      'the emulator keeps the policy and delivers once; `test/infra/schedule-expression.test.ts` and `test/infra/scheduled-service.test.ts` say what it must be',
  },
  {
    name: 'wrong-key',
    what: "the state table's sort key has another name",
    change: onLike('AWS::DynamoDB::Table', 'StateTable', (properties) =>
      JSON.parse(JSON.stringify(properties).replaceAll('"sk"', '"sort"')),
    ),
  },
];

/** The template with the properties of the one resource of a type changed whose logical id begins so. */
function onLike(type: string, part: string, change: (properties: Properties) => Properties): Break['change'] {
  return (template) => {
    const [found, ...more] = ofType(template, type).filter(({ id }) => id.startsWith(part));
    if (found === undefined || more.length > 0) throw new RangeError(`breaks: expected one ${type} like ${part}`);
    const { id, ...resource } = found;
    const changed = { ...resource, Properties: change(resource.Properties ?? {}) };
    return { ...template, Resources: { ...template.Resources, [id]: changed } };
  };
}

function onSchedule(change: (properties: Properties) => Properties): Break['change'] {
  return onLike('AWS::Scheduler::Schedule', 'steered', change);
}

function onFunction(service: string, change: (properties: Properties) => Properties): Break['change'] {
  return onLike('AWS::Lambda::Function', idPart(service), change);
}

function functionId(template: Template, service: string): string {
  return ofType(template, 'AWS::Lambda::Function').find(({ id }) => id.startsWith(idPart(service)))?.id ?? '';
}

function withoutVariable(properties: Properties, name: string): Properties {
  const { Variables } = properties['Environment'] as { readonly Variables: Properties };
  const { [name]: _gone, ...rest } = Variables;
  return { ...properties, Environment: { Variables: rest } };
}

interface Document {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

function withoutAction(properties: Properties, action: string): Properties {
  const document = properties['PolicyDocument'] as Document;
  const Statement = document.Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((each) => each !== action),
  })).filter(({ Action }) => Action.length > 0);
  return { ...properties, PolicyDocument: { ...document, Statement } };
}
