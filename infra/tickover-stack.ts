/** The stack: every service of a catalog, and the resources that these services share. */

import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
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
import type { Service } from '../lib/service/index.ts';
import type { CatalogEntry } from '../lib/services/catalog.ts';
import { isRecord, showValue, withoutUndefined } from '../lib/text/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import type { DurableTableOptions, GivenTable } from './constructs/durable-table.ts';
import { flowRunsTableOf } from './constructs/flow-runs-table.ts';
import { mergeFunctionProps } from './constructs/function-props.ts';
import { HoldingQueue } from './constructs/holding-queue.ts';
import { Pager } from './constructs/pager.ts';
import type { AlarmActions } from './constructs/rendered-alarm.ts';
import { guardResourceLimit } from './constructs/resource-limit.ts';
import { roleHere } from './constructs/rights/allow.ts';
import { SavedQueries } from './constructs/saved-queries.ts';
import { SchedulerRole, ServiceScheduleGroup } from './constructs/schedule-group.ts';
import { ScheduledService, type ScheduledServiceProps } from './constructs/scheduled-service.ts';
import { ServicesDashboard } from './constructs/services-dashboard.ts';
import { StackAlarms } from './constructs/stack-alarms.ts';
import { StateTable } from './constructs/state-table.ts';
import { type Outlets, Watchdog, type Webhook } from './constructs/watchdog.ts';
import { propsFaults, type Shapes, STACK_PROPS } from './known-props.ts';
import { constructFaults, nameTwiceFaults, overwrittenFaults } from './service-faults.ts';
import { NEEDS } from './service-needs.ts';
import { DEV_STAGE, type Settings, settingsShapeFaults, unknownNameFaults } from './settings.ts';

/** The properties of a stack. */
export interface TickoverStackProps extends StackProps, AlarmActions {
  /** The services; a service that the settings disable is left out. */
  readonly catalog: readonly CatalogEntry[];
  /**
   * Stage, alarms and the settings of single services. Settings of services outside the catalog belong to another stack
   * and are ignored.
   */
  readonly settings: Settings;
  /**
   * The state table of another stack, where services are split over several, or one that an earlier stack left.
   * @default that of the settings' `stateTableArn`, else one of its own
   */
  readonly table?: ITable;
  /**
   * The table of the flow runs that mark-late-runs works on.
   * @default that of the settings' `flowRunsTableArn`, else one of its own
   */
  readonly flowRunsTable?: ITable;
  /**
   * The customer's key that encrypts everything that the stack makes: tables, queues, topic, logs and environments. A
   * table of the settings is on it too. @default that of the settings' `encryptionKeyArn`, else AWS's own keys
   */
  readonly encryptionKey?: IKey;
  /** The group of the schedules. @default one of its own */
  readonly group?: IScheduleGroup;
  /** The role that Scheduler takes; it is given what it needs. @default one of its own, for schedules of the group */
  readonly schedulerRole?: IRole;
  /** Gets the firings that Scheduler could not deliver. @default a queue of its own */
  readonly undeliverableQueue?: IQueue;
  /**
   * The topic for the watchdog's messages and the stack's alarms; its policy must let CloudWatch publish.
   * @default that of the settings' `alarmTopicArn`, else one of its own
   */
  readonly pagerTopic?: ITopic;
  /** The bus that gets an event for each change. @default that of the settings' `eventBusArn`, else none */
  readonly eventBus?: IEventBus;
  /** The web address to which messages are posted. @default that of the settings' `webhookUrl`, else none */
  readonly webhook?: Webhook;
  /** CDK's own props for the function of every service. @default none */
  readonly functionProps?: NodejsFunctionProps;
  /** CDK's own props for the functions of single services, by name of the service, over those for all. @default none */
  readonly functionPropsOf?: Readonly<Record<string, NodejsFunctionProps>>;
}

/**
 * The stack of one stage.
 * @throws InvalidOptionsError if a service can't be deployed
 */
export class TickoverStack extends Stack {
  /** The state table of all services. */
  readonly table: ITable;
  /** The services, in the order of the catalog. */
  readonly services: readonly ScheduledService[];
  readonly undeliverableQueue: IQueue;
  readonly group: IScheduleGroup;
  readonly schedulerRole: IRole;
  /** The topic for the watchdog's messages and the stack's alarms. */
  readonly pagerTopic: ITopic;
  /** The customer's key that encrypts what the stack makes; `undefined` where these are AWS's own. */
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
    this.services = this.#makeServices(props);
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

  #makeServices(props: TickoverStackProps): readonly ScheduledService[] {
    const { settings } = props;
    const entries = enabledEntries(props);
    const surroundings = withoutUndefined({
      tables: this.#guardOf(settings),
      flowRunsTable: this.#flowRunsTable(props),
    });
    const services = entries
      .filter(({ service }) => service.name !== WATCHDOG)
      .map((entry) => {
        const needs = ownValue(NEEDS, entry.service.name)?.(this, surroundings);
        const made = this.#makeService(entry, props, needs?.environment);
        needs?.grant(made.function);
        return made;
      });
    const made = entries.length === services.length ? services : [...services, this.#makeWatchdog(services, props)];
    return entries.flatMap((entry) => made.find(({ service }) => service.name === entry.service.name) ?? []);
  }

  #makeService(
    { service, functionFile }: CatalogEntry,
    props: TickoverStackProps,
    environment: Environment = {},
  ): ScheduledService {
    const options = this.#optionsOf(service, props);
    refuseOverwritten(service, { ...options.environment, ...options.functionProps?.environment }, environment);
    const made = new ScheduledService(this, service.name, {
      ...options,
      environment: { ...options.environment, ...environment },
      service,
      entry: functionFile,
    });
    this.#addOutput(made);
    return made;
  }

  /** The catalog's file of the watchdog serves one machine; deployed, the list of services is in its entry. */
  #makeWatchdog(services: readonly ScheduledService[], props: TickoverStackProps): Watchdog {
    const options = this.#optionsOf({ name: WATCHDOG }, props);
    const made = new Watchdog(this, WATCHDOG, { ...options, ...this.#outlets(props), services });
    this.#addOutput(made);
    return made;
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

  #optionsOf(service: Pick<Service, 'name'>, props: TickoverStackProps) {
    const { enabled: _enabled, ...own } = ownValue(props.settings.services, service.name) ?? {};
    return { ...this.#shared(props), ...own, functionProps: functionPropsFor(service, props) };
  }

  #addOutput({ service, function: lambda }: ScheduledService): void {
    new CfnOutput(this, `${service.name}-function`, {
      value: lambda.functionName,
      description: `The function of ${service.name}, to invoke by hand.`,
    });
  }

  /** The saved queries, the alarms of the stack and, if asked for, the dashboard of all services. */
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

  /** A topic of the stack's own has no subscriber unless an address is given. */
  #warnIfNobodyIsNotified({ settings, pagerTopic, eventBus, webhook, alarmActions = [] }: TickoverStackProps): void {
    const { stage, alarmEmail, alarmTopicArn, eventBusArn, webhookUrl } = settings;
    const given = [alarmEmail, alarmTopicArn, eventBusArn, webhookUrl, pagerTopic, eventBus, webhook, ...alarmActions];
    if (stage === DEV_STAGE || given.some((outlet) => outlet !== undefined)) return;
    Annotations.of(this).addWarningV2(
      'tickover:nobody-is-notified',
      `${this.stackName}: nobody is notified when a service is in trouble: no mail address, topic, web address, bus ` +
        'or alarm action is given. Give one, such as `-c alarmEmail=you@example.com` (or alarmTopicArn, webhookUrl, ' +
        "eventBusArn); or subscribe to the stack's own topic and acknowledge this warning.",
    );
  }

  #shared(props: TickoverStackProps): Omit<ScheduledServiceProps, 'service' | 'entry' | 'watched'> {
    const { stage } = props.settings;
    return {
      table: this.table,
      group: this.group,
      schedulerRole: this.schedulerRole,
      undeliverableQueue: this.undeliverableQueue,
      ...withoutUndefined({ encryptionKey: this.encryptionKey }),
      // Two stacks of one account and region have two names, and so two namespaces.
      namespace: this.stackName,
      alarms: stage === DEV_STAGE ? 'none' : 'essential',
      ...actionsOf(props),
    };
  }
}

function enabledEntries({ catalog, settings }: TickoverStackProps): readonly CatalogEntry[] {
  return catalog.filter(({ service }) => ownValue(settings.services, service.name)?.enabled !== false);
}

function actionsOf({ alarmActions, okActions }: AlarmActions): AlarmActions {
  return withoutUndefined({ alarmActions, okActions });
}

const PROPS = {
  ...STACK_PROPS,
  ...{ catalog: 'any', settings: 'object', table: 'object', flowRunsTable: 'object', encryptionKey: 'object' },
  ...{ group: 'object', schedulerRole: 'object', undeliverableQueue: 'object', eventBus: 'object', webhook: 'object' },
  ...{ alarmActions: 'list', okActions: 'list' },
  ...{ pagerTopic: 'object', functionProps: 'object', functionPropsOf: 'object' },
} as const satisfies Shapes<TickoverStackProps>;
const ENTRY = { service: 'object', functionFile: 'text' } as const satisfies Shapes<CatalogEntry>;

/** Refuses unknown names and values of another shape: with these the rest can't be judged. */
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
 * Refuses a catalog with two services of one name. Runs before any construct is made, since CDK's own message for a
 * second construct of the same name doesn't help.
 */
function refuseFaults({ catalog, functionPropsOf = {} }: TickoverStackProps): void {
  const names = catalog.map(({ service }) => service.name);
  const faults = [...nameTwiceFaults(names), ...constructFaults(names)];
  if (faults.length > 0) throw new InvalidOptionsError('catalog', faults);
  const unknown = unknownNameFaults('functionPropsOf', Object.keys(functionPropsOf), names);
  if (unknown.length > 0) throw new InvalidOptionsError('stack', unknown);
}

/** Those of the one service over those of all. */
function functionPropsFor({ name }: Pick<Service, 'name'>, props: TickoverStackProps): NodejsFunctionProps {
  const { functionProps = {}, functionPropsOf = {} } = props;
  return mergeFunctionProps(functionProps, ownValue(functionPropsOf, name));
}

/** A service may be named `constructor`: what every object inherits is no setting of it. */
function ownValue<Value>(byName: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Throws if the settings of a service set an environment variable that the stack sets for the resources which it makes
 * for that service: the value from the settings would be lost.
 */
function refuseOverwritten({ name }: Service, own: Environment, set: Environment): void {
  const faults = overwrittenFaults(own, set);
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(name)}`, faults);
}
