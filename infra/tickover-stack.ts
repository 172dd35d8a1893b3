import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { InvalidOptionsError, optionFault } from '../lib/rules/index.ts';
import type { CatalogEntry } from '../lib/services/catalog.ts';
import { isRecord, showValue, withoutUndefined } from '../lib/text/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import type { DeployedService } from './constructs/deployed-service.ts';
import type { DurableTableOptions, GivenTable } from './constructs/durable-table.ts';
import { flowRunsTableOf } from './constructs/flow-runs-table.ts';
import type { ServiceGroup } from './constructs/group/service-group.ts';
import { HoldingQueue } from './constructs/holding-queue.ts';
import { Pager } from './constructs/pager.ts';
import type { AlarmActions } from './constructs/rendered-alarm.ts';
import { guardResourceLimit } from './constructs/resource-limit.ts';
import { roleHere } from './constructs/rights/allow.ts';
import { SavedQueries } from './constructs/saved-queries.ts';
import { SchedulerRole, ServiceScheduleGroup } from './constructs/schedule-group.ts';
import {
  type MadeServices,
  makeServices,
  NO_NEEDS,
  type SharedProps,
  warnIfNobodyIsNotified,
} from './constructs/services/make-services.ts';
import { ServicesDashboard } from './constructs/services-dashboard.ts';
import { StackAlarms } from './constructs/stack-alarms.ts';
import { StateTable } from './constructs/state-table.ts';
import type { Outlets, Webhook } from './constructs/watchdog.ts';
import { groupFaults, groupsIn, ownValue } from './grouped-settings.ts';
import { propsFaults, type Shapes, STACK_PROPS } from './known-props.ts';
import { constructFaults, nameTwiceFaults } from './service-faults.ts';
import { NEEDS } from './service-needs.ts';
import { DEV_STAGE, type Settings, settingsShapeFaults, unknownNameFaults } from './settings.ts';

/** The properties of a stack: its services, its settings, and the resources that it is given. */
export interface TickoverStackProps extends StackProps, AlarmActions {
  /** The services to deploy. A service that the settings disable is left out. */
  readonly catalog: readonly CatalogEntry[];
  /** The settings of the stack and of its services. Settings of services outside the catalog are ignored. */
  readonly settings: Settings;
  /**
   * An existing state table, such as that of another stack.
   * @default the table of the settings' `stateTableArn`, else the stack makes a table
   */
  readonly table?: ITable;
  /**
   * The table of the flow runs that the service mark-late-runs works on.
   * @default the table of the settings' `flowRunsTableArn`, else the stack makes a table
   */
  readonly flowRunsTable?: ITable;
  /**
   * The customer's KMS key that encrypts everything that the stack makes: tables, queues, topic, logs and environment
   * variables. An existing table that the settings name must be encrypted with the same key.
   * @default the key of the settings' `encryptionKeyArn`, else AWS's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * The customer's KMS keys that encrypt the parameters and secrets in the option `secrets` of the services.
   * @default AWS's own keys, for which no function needs a right
   */
  readonly secretKeys?: readonly IKey[];
  /** The EventBridge Scheduler group that contains the schedules of all services. @default the stack makes a group */
  readonly group?: IScheduleGroup;
  /**
   * The role that EventBridge Scheduler assumes to invoke the functions. The stack adds the rights that the role needs.
   * @default the stack makes a role that only the schedules in its schedule group can use
   */
  readonly schedulerRole?: IRole;
  /** The queue that gets the firings that Scheduler could not deliver. @default the stack makes a queue */
  readonly undeliverableQueue?: IQueue;
  /**
   * The SNS topic for the messages of the watchdog and of the stack's alarms. The policy of the topic must let
   * CloudWatch publish.
   * @default the topic of the settings' `alarmTopicArn`, else the stack makes one
   */
  readonly pagerTopic?: ITopic;
  /**
   * The EventBridge bus that gets an event for each change of a service's health.
   * @default the bus of the settings' `eventBusArn`, else none
   */
  readonly eventBus?: IEventBus;
  /** The webhook to which the watchdog posts its messages. @default the settings' `webhookUrl`, else none */
  readonly webhook?: Webhook;
  /** CDK's own props for the function of every service. @default none */
  readonly functionProps?: NodejsFunctionProps;
  /**
   * CDK's own props for single functions, by the name of the service or of its group. They override `functionProps`.
   * @default none
   */
  readonly functionPropsOf?: Readonly<Record<string, NodejsFunctionProps>>;
}

/** The stack with all services of one stage. @throws InvalidOptionsError if a service can't be deployed */
export class TickoverStack extends Stack {
  readonly table: ITable;
  /** The services, in the order of the catalog. */
  readonly services: readonly DeployedService[];
  /** The groups of services that share a function. The groups are in the order of their first services. */
  readonly groups: readonly ServiceGroup[];
  readonly undeliverableQueue: IQueue;
  readonly group: IScheduleGroup;
  readonly schedulerRole: IRole;
  /** The SNS topic for the messages of the watchdog and of the stack's alarms. */
  readonly pagerTopic: ITopic;
  /** The customer's KMS key that encrypts what the stack makes; `undefined` if AWS's own keys are used. */
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: TickoverStackProps) {
    super(scope, id, { description: 'Tickover: small periodic services that run serverless.', ...props });
    refuseMisshapen(props);
    refuseFaults(props);
    this.encryptionKey = this.#keyOf(props);
    const encryption = withoutUndefined({ encryptionKey: this.encryptionKey });
    this.table = this.#stateTable(props);
    this.undeliverableQueue = props.undeliverableQueue ?? new HoldingQueue(this, 'Undeliverable', encryption).queue;
    this.group = props.group ?? new ServiceScheduleGroup(this, 'Schedules').group;
    this.schedulerRole =
      props.schedulerRole === undefined
        ? new SchedulerRole(this, 'Scheduler', { group: this.group }).role
        : roleHere(this, 'SchedulerRole', props.schedulerRole);
    this.pagerTopic = this.#pagerTopic(props);
    const { services, groups } = this.#makeServices(props);
    this.services = services;
    this.groups = groups;
    this.#makeViews(props);
    this.#warnIfNobodyIsNotified(props);
    guardResourceLimit(this);
  }

  #keyOf({ encryptionKey, settings: { encryptionKeyArn } }: TickoverStackProps): IKey | undefined {
    if (encryptionKey !== undefined || encryptionKeyArn === undefined) return encryptionKey;
    return Key.fromKeyArn(this, 'EncryptionKey', encryptionKeyArn);
  }

  #stateTable({ table, settings }: TickoverStackProps): ITable {
    const { stateTableArn } = settings;
    if (table !== undefined) return table;
    return stateTableArn === undefined
      ? new StateTable(this, 'StateTable', this.#guardOf(settings)).table
      : Table.fromTableAttributes(this, 'StateTable', this.#given(stateTableArn));
  }

  #pagerTopic({ pagerTopic, settings: { alarmEmail: email, alarmTopicArn } }: TickoverStackProps): ITopic {
    const { encryptionKey } = this;
    const given = alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(this, 'GivenTopic', alarmTopicArn);
    const topic = pagerTopic ?? given ?? new Pager(this, 'Pager', withoutUndefined({ encryptionKey })).topic;
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #flowRunsTable({ flowRunsTable, settings }: TickoverStackProps): ITable | undefined {
    const { flowRunsTableArn } = settings;
    if (flowRunsTable !== undefined || flowRunsTableArn === undefined) return flowRunsTable;
    return flowRunsTableOf(this, 'GivenFlowRunsTable', this.#given(flowRunsTableArn));
  }

  #given(tableArn: string): GivenTable {
    return withoutUndefined({ tableArn, encryptionKey: this.encryptionKey });
  }

  #guardOf({ keepTables, deletionProtection }: Settings): DurableTableOptions {
    return withoutUndefined({ keep: keepTables, deletionProtection, encryptionKey: this.encryptionKey });
  }

  #makeServices(props: TickoverStackProps): MadeServices {
    const { settings, functionProps, functionPropsOf } = props;
    const entries = enabledEntries(props);
    const surroundings = withoutUndefined({
      tables: this.#guardOf(settings),
      flowRunsTable: this.#flowRunsTable(props),
    });
    const made = makeServices(this, {
      entries: entries
        .filter(({ service: { name } }) => name !== WATCHDOG)
        .map(({ service, functionFile: entry }) => ({ service, source: { entry } })),
      settings: settings.services,
      shared: this.#shared(props),
      needsOf: ({ name }) => ownValue(NEEDS, name)?.(this, surroundings) ?? NO_NEEDS,
      // The catalog's file of the watchdog serves one machine; deployed, the list of services is in its entry.
      outlets: entries.some(({ service: { name } }) => name === WATCHDOG) ? this.#outlets(props) : undefined,
      ...withoutUndefined({ functionProps, functionPropsOf }),
    });
    const services = inOrderOf(entries, made.services);
    this.#addOutputs(services, made.groups);
    return { services, groups: made.groups };
  }

  #outlets({ eventBus, webhook, settings }: TickoverStackProps): Outlets {
    const { eventBusArn, webhookUrl: url, webhookTemplate: template } = settings;
    const given = eventBusArn === undefined ? undefined : EventBus.fromEventBusArn(this, 'GivenBus', eventBusArn);
    return withoutUndefined({
      pagerTopic: this.pagerTopic,
      eventBus: eventBus ?? given,
      webhook: webhook ?? (url === undefined ? undefined : withoutUndefined({ url, template })),
    });
  }

  /**
   * Adds an output with the name of the function for each service. If CloudFormation doesn't allow that many outputs,
   * services that share a function get one output together.
   */
  #addOutputs(services: readonly DeployedService[], groups: readonly ServiceGroup[]): void {
    const named = services.length <= MOST_OUTPUTS ? services : services.filter((each) => each.groupName === undefined);
    for (const { service, function: lambda, groupName } of named) {
      const how = groupName === undefined ? '' : ` with {"service":"${service.name}","action":...}`;
      const description = `The function of ${service.name}, to invoke by hand${how}.`;
      new CfnOutput(this, `${service.name}-function`, { value: lambda.functionName, description });
    }
    for (const { groupName, function: lambda } of named.length === services.length ? [] : groups) {
      const description = `The function of the group ${groupName}, to invoke by hand with {"service":...,"action":...}.`;
      new CfnOutput(this, `${groupOutput(groupName)}-function`, { value: lambda.functionName, description });
    }
  }

  #makeViews({ settings: { stage, dashboard }, ...props }: TickoverStackProps): void {
    const { services, stackName } = this;
    if (dashboard === true) new ServicesDashboard(this, 'Dashboard', { services, stage });
    new SavedQueries(this, 'Queries', { services, folder: stackName });
    if (stage === DEV_STAGE) return;
    new StackAlarms(this, 'Alarms', {
      ...actionsOf(props),
      group: this.group,
      undeliverableQueue: this.undeliverableQueue,
      pagerTopic: this.pagerTopic,
    });
  }

  #warnIfNobodyIsNotified({ settings, pagerTopic, eventBus, webhook, alarmActions = [] }: TickoverStackProps): void {
    const { stage, alarmEmail, alarmTopicArn, eventBusArn, webhookUrl } = settings;
    const given = [alarmEmail, alarmTopicArn, eventBusArn, webhookUrl, pagerTopic, eventBus, webhook, ...alarmActions];
    const remedy =
      'such as `-c alarmEmail=you@example.com` (or alarmTopicArn, webhookUrl, eventBusArn); or subscribe to the ' +
      "stack's own topic";
    if (stage !== DEV_STAGE) warnIfNobodyIsNotified(this, given, remedy);
  }

  #shared(props: TickoverStackProps): SharedProps {
    const { stage } = props.settings;
    return {
      table: this.table,
      group: this.group,
      schedulerRole: this.schedulerRole,
      undeliverableQueue: this.undeliverableQueue,
      ...withoutUndefined({ encryptionKey: this.encryptionKey, secretKeys: props.secretKeys }),
      // Two stacks in one account and region have different names, so their metrics get different namespaces.
      namespace: this.stackName,
      alarms: stage === DEV_STAGE ? 'none' : 'essential',
      ...actionsOf(props),
    };
  }
}

function enabledEntries({ catalog, settings }: TickoverStackProps): readonly CatalogEntry[] {
  return catalog.filter(({ service }) => ownValue(settings.services, service.name)?.enabled !== false);
}

function inOrderOf(entries: readonly CatalogEntry[], made: readonly DeployedService[]): readonly DeployedService[] {
  const byName = new Map(made.map((each) => [each.service.name, each]));
  return entries.flatMap(({ service }) => byName.get(service.name) ?? []);
}

function actionsOf({ alarmActions, okActions }: AlarmActions): AlarmActions {
  return withoutUndefined({ alarmActions, okActions });
}

const PROPS = {
  ...STACK_PROPS,
  ...{ catalog: 'any', settings: 'object', table: 'object', flowRunsTable: 'object', encryptionKey: 'object' },
  ...{ group: 'object', schedulerRole: 'object', undeliverableQueue: 'object', eventBus: 'object', webhook: 'object' },
  ...{ alarmActions: 'list', okActions: 'list', secretKeys: 'list' },
  ...{ pagerTopic: 'object', functionProps: 'object', functionPropsOf: 'object' },
} as const satisfies Shapes<TickoverStackProps>;
const ENTRY = { service: 'object', functionFile: 'text' } as const satisfies Shapes<CatalogEntry>;

/**
 * Refuses props with unknown names or values of the wrong type. The check runs before the others, which would fail on
 * such props.
 */
function refuseMisshapen(props: TickoverStackProps): void {
  const { catalog, settings } = props ?? {};
  const entries: readonly unknown[] = Array.isArray(catalog) ? catalog : [];
  const faults = [
    ...propsFaults(props, PROPS),
    ...optionFault(Array.isArray(catalog), 'catalog', 'a list of services', showValue(catalog)),
    ...entries.flatMap((entry, index) => propsFaults(entry, ENTRY, `catalog[${index}].`)),
    ...(isRecord(settings) ? settingsShapeFaults(settings) : []),
  ];
  if (faults.length > 0) throw new InvalidOptionsError('stack', faults);
}

/**
 * Refuses duplicate service names, faulty groups, and function props for unknown services. The check runs before any
 * construct is made, since CDK's own message for a duplicate name doesn't help.
 */
function refuseFaults(props: TickoverStackProps): void {
  const { catalog, settings, functionPropsOf = {} } = props;
  const names = catalog.map(({ service }) => service.name);
  const faults = [...nameTwiceFaults(names), ...constructFaults(names)];
  if (faults.length > 0) throw new InvalidOptionsError('catalog', faults);
  const deployed = enabledEntries(props).map(({ service }) => service.name);
  const groups = groupsIn(settings.services, deployed);
  const grouped = [...groups.values()].flat();
  // `functionPropsOf` may name a group (services that share a function) whose services are all disabled in this stage.
  const named = groupsIn(settings.services, names).keys();
  const known = [...names.filter((name) => !grouped.includes(name)), ...named];
  const outputs = [...groups.keys()].map(groupOutput);
  const unknown = [
    ...groupFaults(settings.services, deployed),
    ...constructFaults([...names, ...outputs]),
    ...names.flatMap((name) =>
      optionFault(!outputs.includes(name), 'name', "a name that is not that of a group's output", showValue(name)),
    ),
    ...unknownNameFaults('functionPropsOf', Object.keys(functionPropsOf), known),
  ];
  if (unknown.length > 0) throw new InvalidOptionsError('stack', unknown);
}

const MOST_OUTPUTS = 200;

/**
 * Returns the id of the output for a group's function. The prefix `group-` keeps the id apart from the ids of services'
 * outputs.
 */
function groupOutput(groupName: string): string {
  return `group-${groupName}`;
}
