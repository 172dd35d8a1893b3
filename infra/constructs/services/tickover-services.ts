/** All services of a directory, one file each, with everything that they share. It can be part of any stack. */
import { resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Definition, findServiceFiles, readDefinitions } from '../../../lib/bundling/index.ts';
import { InvalidOptionsError, optionFault } from '../../../lib/rules/index.ts';
import { didYouMean, isRecord, showValue, withoutUndefined } from '../../../lib/text/index.ts';
import { WATCHDOG } from '../../alarms/index.ts';
import { groupFaults, groupsIn, ownValue } from '../../grouped-settings.ts';
import { propsFaults, type Shapes } from '../../known-props.ts';
import { constructFaults, nameTwiceFaults } from '../../service-faults.ts';
import { type AlarmLevel, type ServiceSettings, settingsShapeFaults, unknownNameFaults } from '../../settings.ts';
import { functionPropsFaults } from '../code/function-props.ts';
import { ofFile, readingOptions, type SourcedService } from '../code/given-service.ts';
import { type DeployedService, type SharedParts, sharedParts } from '../deployed-service.ts';
import type { ServiceGroup } from '../group/service-group.ts';
import { Pager } from '../pager.ts';
import type { AlarmActions } from '../rendered-alarm.ts';
import { guardResourceLimit } from '../resource-limit.ts';
import { SavedQueries } from '../saved-queries.ts';
import { StackAlarms } from '../stack-alarms.ts';
import type { Webhook } from '../watchdog.ts';
import { makeServices, NO_NEEDS, warnIfNobodyIsNotified } from './make-services.ts';

/** The properties of the services of a directory. */
export interface TickoverServicesProps extends AlarmActions {
  /**
   * The directory with one file for each service, which exports the service as its default. It is relative to the
   * directory in which the app is run.
   */
  readonly directory: string;
  /** The settings of single services, by name. @default none */
  readonly services?: Readonly<Record<string, ServiceSettings>>;
  /**
   * Called for single services, by name, with the function of the service, to grant it rights:
   * `{ 'poll-orders': (lambda) => bucket.grantRead(lambda) }`.
   * @default none
   */
  readonly grants?: Readonly<Record<string, (lambda: LambdaFunction) => unknown>>;
  /** Environment variables of all services; those of a single service replace them. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The level of the alarms of all services, and of those on deliveries. @default 'essential' */
  readonly alarms?: AlarmLevel;
  /** The CloudWatch namespace of all metrics. @default the name of the stack */
  readonly namespace?: string;
  /** The state table. @default one is made, and stays in the account when the stack is deleted */
  readonly table?: ITable;
  /** The customer's KMS key that encrypts everything that is made. @default AWS's own keys */
  readonly encryptionKey?: IKey;
  /** The customer's KMS keys that encrypt the secrets of the services. @default AWS's own keys */
  readonly secretKeys?: readonly IKey[];
  /** The schedule group that contains all schedules. @default one is made */
  readonly group?: IScheduleGroup;
  /** The role that EventBridge Scheduler assumes. @default one is made */
  readonly schedulerRole?: IRole;
  /** The queue for firings that Scheduler could not deliver. @default one is made */
  readonly undeliverableQueue?: IQueue;
  /** The SNS topic for the messages of the watchdog and of the alarms. @default one is made */
  readonly pagerTopic?: ITopic;
  /** The mail address that gets the messages of the topic. @default none */
  readonly alarmEmail?: string;
  /** The EventBridge bus that gets an event for each change of a service's health. @default none */
  readonly eventBus?: IEventBus;
  /** The webhook to which the watchdog posts its messages. @default none */
  readonly webhook?: Webhook;
  /** CDK's own props for every function, and the options of every bundle. @default none */
  readonly functionProps?: NodejsFunctionProps;
  /** CDK's own props for single functions, by name of the service or of its group, over those for all. @default none */
  readonly functionPropsOf?: Readonly<Record<string, NodejsFunctionProps>>;
}

const PROPS = {
  ...{ directory: 'text', services: 'object', grants: 'object', environment: 'object', alarms: 'text' },
  ...{ namespace: 'text', table: 'object', encryptionKey: 'object', group: 'object', schedulerRole: 'object' },
  ...{ undeliverableQueue: 'object', pagerTopic: 'object', alarmEmail: 'text', eventBus: 'object', webhook: 'object' },
  ...{ functionProps: 'object', functionPropsOf: 'object', alarmActions: 'list', okActions: 'list' },
  secretKeys: 'list',
} as const satisfies Shapes<TickoverServicesProps>;

/**
 * The services of a directory, with their state table, schedules, watchdog and alarms.
 * @throws InvalidOptionsError which names every file and option that prevents the deploy
 */
export class TickoverServices extends Construct {
  readonly table: ITable;
  /** The services in the order of their files; the watchdog is the last. */
  readonly services: readonly DeployedService[];
  /** The groups of services that share a function. */
  readonly groups: readonly ServiceGroup[];
  readonly undeliverableQueue: IQueue;
  /** The SNS topic for the messages of the watchdog and of the alarms. */
  readonly pagerTopic: ITopic;
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: TickoverServicesProps) {
    super(scope, id);
    this.#refuseMisshapen(props);
    const definitions = readAll(props);
    this.#refuseFaults(definitions, props);
    const shared = sharedParts(this, props);
    this.table = shared.table;
    this.undeliverableQueue = shared.undeliverableQueue;
    this.encryptionKey = props.encryptionKey;
    this.pagerTopic = this.#topicOf(props);
    const { services, groups } = this.#makeServices(definitions, props, shared);
    this.services = services;
    this.groups = groups;
    for (const [name, grant] of Object.entries(props.grants ?? {})) if (this.#has(name)) grant(this.get(name).function);
    this.#makeViews(props, shared);
    guardResourceLimit(Stack.of(this));
  }

  /**
   * Returns the construct of a service.
   * @throws InvalidOptionsError if there is no service of this name, or if the settings disable it
   */
  get(name: string): DeployedService {
    const found = this.services.find(({ service }) => service.name === name);
    if (found !== undefined) return found;
    const names = this.services.map(({ service }) => service.name);
    const got = `${showValue(name)}${didYouMean(name, names)}`;
    throw new InvalidOptionsError(this.node.path, optionFault(false, 'service', `only ${names.join(', ')}`, got));
  }

  #has(name: string): boolean {
    return this.services.some(({ service }) => service.name === name);
  }

  #topicOf({ pagerTopic, encryptionKey, alarmEmail: email }: TickoverServicesProps): ITopic {
    if (pagerTopic === undefined) return new Pager(this, 'Pager', withoutUndefined({ encryptionKey, email })).topic;
    if (email !== undefined) pagerTopic.addSubscription(new EmailSubscription(email));
    return pagerTopic;
  }

  #makeServices(definitions: readonly Definition[], props: TickoverServicesProps, shared: SharedParts) {
    const { services: settings = {}, functionProps, functionPropsOf, eventBus, webhook } = props;
    const { environment, alarms, encryptionKey, secretKeys, alarmActions, okActions } = props;
    const { role, ...parts } = shared;
    return makeServices(this, {
      entries: definitions.filter(({ service: { name } }) => ownValue(settings, name)?.enabled !== false).map(sourced),
      settings,
      shared: {
        ...parts,
        schedulerRole: role,
        namespace: props.namespace ?? Stack.of(this).stackName,
        ...withoutUndefined({ environment, alarms, encryptionKey, secretKeys, alarmActions, okActions }),
      },
      needsOf: () => NO_NEEDS,
      outlets: { pagerTopic: this.pagerTopic, ...withoutUndefined({ eventBus, webhook }) },
      ...withoutUndefined({ functionProps, functionPropsOf }),
    });
  }

  #makeViews(props: TickoverServicesProps, { group, undeliverableQueue }: SharedParts): void {
    const { alarmActions, okActions, pagerTopic, alarmEmail, eventBus, webhook, alarms } = props;
    const { stackName, node } = Stack.of(this);
    const folder = `${stackName}${this.node.path.slice(node.path.length)}`;
    new SavedQueries(this, 'Queries', { services: this.services, folder });
    if (alarms === 'none') return;
    const actions = withoutUndefined({ alarmActions, okActions });
    new StackAlarms(this, 'Alarms', { ...actions, group, undeliverableQueue, pagerTopic: this.pagerTopic });
    const outlets = [pagerTopic, alarmEmail, eventBus, webhook, ...(alarmActions ?? [])];
    warnIfNobodyIsNotified(this, outlets, 'such as `alarmEmail`; or subscribe to its `pagerTopic`');
  }

  #refuseMisshapen(props: TickoverServicesProps): void {
    const { services = {}, directory, functionProps } = props ?? {};
    const faults = [
      ...propsFaults(props, PROPS),
      ...(isRecord(services) ? settingsShapeFaults({ services }).map((fault) => fault.replace('settings.', '')) : []),
      ...optionFault(directory !== undefined, 'directory', 'a directory with a file for each service', 'none'),
      ...(isRecord(functionProps) ? functionPropsFaults(functionProps) : []),
    ];
    if (faults.length > 0) throw new InvalidOptionsError(this.#subject(), faults);
  }

  /** Runs before any construct is made, since CDK's own message for two constructs of one name doesn't help. */
  #refuseFaults(definitions: readonly Definition[], props: TickoverServicesProps): void {
    const { services: settings = {}, grants = {}, functionPropsOf = {} } = props;
    const names = definitions.map(({ service }) => service.name);
    const enabled = names.filter((name) => ownValue(settings, name)?.enabled !== false);
    const groups = groupsIn(settings, names);
    const grouped = [...groups.values()].flat();
    const faults = [
      ...nameTwiceFaults(names),
      ...constructFaults(names),
      ...optionFault(!names.includes(WATCHDOG), 'name', 'a name other than that of the watchdog', showValue(WATCHDOG)),
      ...groupFaults(settings, enabled),
      ...unknownNameFaults('services', Object.keys(settings), [...names, WATCHDOG]),
      ...unknownNameFaults('grants', Object.keys(grants), [...names, WATCHDOG]),
      ...unknownNameFaults('functionPropsOf', Object.keys(functionPropsOf), [
        ...names.filter((name) => !grouped.includes(name)),
        ...groups.keys(),
        WATCHDOG,
      ]),
    ];
    if (faults.length > 0) throw new InvalidOptionsError(this.#subject(), faults);
  }

  #subject(): string {
    return `TickoverServices '${this.node.path}'`;
  }
}

function sourced({ service, source }: Definition): SourcedService {
  return { service, source };
}

/**
 * Reads all files of the directory. A file finds the variables for all services and those that the settings give under
 * its own name. It also finds the variables of all other services, since its service may have another name.
 */
function readAll(props: TickoverServicesProps): Definition[] {
  const { directory, services = {}, environment, functionProps } = props;
  const ofAll = Object.assign({}, ...Object.values(services).map((own) => own.environment)) as Record<string, string>;
  const environmentOf = (file: string) => ({
    ...ofAll,
    ...functionProps?.environment,
    ...environment,
    ...ofFile(props.functionPropsOf, file)?.environment,
    ...ofFile(services, file)?.environment,
  });
  return readDefinitions(findServiceFiles(resolve(directory)), readingOptions(functionProps, environmentOf));
}
