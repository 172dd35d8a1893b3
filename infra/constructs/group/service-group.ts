import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { fileOf, loadExpression, partsOf } from '../../../lib/bundling/index.ts';
import { InvalidOptionsError, LIMITS, optionFault } from '../../../lib/rules/index.ts';
import { variableFaults } from '../../../lib/service/index.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../../../lib/text/index.ts';
import { groupAlarms, WATCHDOG } from '../../alarms/index.ts';
import { configured, durationFaults, type GivenDuration, retentionFaults } from '../../durations.ts';
import { FUNCTION_PROPS, propsFaults, type Shapes } from '../../known-props.ts';
import { nameTwiceFaults, serviceFaults } from '../../service-faults.ts';
import type { AlarmLevel } from '../../settings.ts';
import { functionPropsFaults } from '../code/function-props.ts';
import { type GeneratedEntry, writeEntry } from '../code/generated-entry.ts';
import { type GivenService, type ReadingProps, type SourcedService, sourcedService } from '../code/given-service.ts';
import { memberBuilds } from '../code/member-build.ts';
import { neighboursOf, type SharedParts, sharedParts } from '../deployed-service.ts';
import { type AlarmActions, renderAlarm } from '../rendered-alarm.ts';
import { queueFaults, type ScheduledServiceProps, SERVICE_PROPS } from '../scheduled-service.ts';
import { ServiceFunction } from '../service-function.ts';
import { GroupedService } from './grouped-service.ts';

/** One service of a group. */
export interface GroupMemberProps extends AlarmActions, GivenService {
  /** The interval at which the service runs. @default the interval in the service's definition */
  readonly interval?: GivenDuration;
  /** The level of the service's alarms. @default the level of the group */
  readonly alarms?: AlarmLevel;
}

/**
 * The properties of a group of services that share one function. `alarms`, `alarmActions` and `okActions` hold for each
 * service that gives none of its own. If one service has alarm level 'full', the function has alarms too.
 */
export interface ServiceGroupProps extends Omit<ScheduledServiceProps, 'service' | 'entry' | 'file' | 'interval'> {
  /** The services of the group. Their names must differ, and the watchdog can't be one of them. */
  readonly services: readonly GroupMemberProps[];
  /** The name of the group, which messages show. @default the id of the construct */
  readonly groupName?: string;
}

const { service: _service, entry: _entry, file: _file, interval: _interval, ...FUNCTION_OF_ALL } = SERVICE_PROPS;
const PROPS = {
  ...FUNCTION_OF_ALL,
  ...{ services: 'list', groupName: 'text' },
} as const satisfies Shapes<ServiceGroupProps>;
const MEMBER = {
  ...{
    service: 'object',
    entry: 'text',
    file: 'text',
    interval: 'any',
    alarms: 'text',
    alarmActions: 'list',
    okActions: 'list',
  },
} as const satisfies Shapes<GroupMemberProps>;

const GROUP_NAME = /^[\w. -]{1,64}$/;
/** The brand of a group. The symbol is the same in all copies of Tickover that an app contains. */
const GROUP_BRAND = Symbol.for('tickover.service-group');

type Member = SourcedService & Omit<GroupMemberProps, 'service' | 'entry' | 'file'>;

/**
 * Several services in one Lambda function, with one role and one log. The role may use the items of all services of the
 * group, and whoever may invoke the function may invoke each service.
 * @throws InvalidOptionsError which names every option that prevents the deploy
 */
export class ServiceGroup extends Construct {
  /** Whether the construct is a group of services, of this copy of Tickover or of another one in the app. */
  static isServiceGroup(construct: IConstruct): construct is ServiceGroup {
    return GROUP_BRAND in construct;
  }

  /** @internal */
  get [GROUP_BRAND](): true {
    return true;
  }

  /** The services, in the order in which they were given. */
  readonly services: readonly GroupedService[];
  readonly groupName: string;
  /** The generated file that CDK bundles. It contains the build ids of the services. */
  readonly entry: string;
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;
  /**
   * The alarms on the shared function by id: `throttles` and `near-timeout`. Empty unless a service has alarm level
   * 'full'.
   */
  readonly alarms: Readonly<Record<string, Alarm>>;

  constructor(scope: Construct, id: string, props: ServiceGroupProps) {
    super(scope, id);
    this.groupName = readProperty(props, 'groupName') === undefined ? id : (props.groupName ?? id);
    refuseMisshapen(this.groupName, props);
    const members = props.services.map((member) => asDeployed(member, props));
    this.#refuseFaults(members, props);
    const shared = sharedParts(this, props);
    const namespace = props.namespace ?? Stack.of(this).stackName;
    const sendsMetrics = props.metrics === 'detailed';
    const builds = memberBuilds(this, members, { ...props.functionProps, sendsMetrics });
    this.entry = writeEntry(this, 'Entry', entryOver(this.groupName, members, builds));
    const made = this.#makeFunction(members, { ...props, table: shared.table, namespace });
    this.function = made.function;
    this.logGroup = made.logGroup;
    this.services = this.#makeServices(members, { ...props, namespace }, shared);
    this.alarms = this.#makeAlarms(members, props);
  }

  #refuseFaults(members: readonly Member[], props: ServiceGroupProps): void {
    const { functionProps = {} } = props;
    const memorySize = functionProps.memorySize ?? props.memorySize ?? LIMITS.memorySize.default;
    const environment = { ...props.environment, ...functionProps.environment };
    const names = members.map(({ service }) => service.name);
    const others = neighboursOf(this, props.table).map(({ service }) => service.name);
    const faults = [
      ...optionFault(
        GROUP_NAME.test(this.groupName),
        'groupName',
        'letters, digits, spaces and . _ -, 1 to 64 of them',
        showValue(this.groupName),
      ),
      ...optionFault(
        !groupNamesBeside(this).includes(this.groupName),
        'groupName',
        'a name that no other group of the stack has',
        showValue(this.groupName),
      ),
      ...optionFault(members.length > 0, 'services', 'one service or more', 'none'),
      ...optionFault(
        !names.includes(WATCHDOG),
        'services',
        `none that watches the others (${WATCHDOG}), which needs a function of its own to notice that the group's fails`,
        showValue(WATCHDOG),
      ),
      ...variableFaults(Object.keys(environment)),
      ...members.flatMap(({ service, source }) =>
        serviceFaults(
          { service, entry: fileOf(source), memorySize, environment, emitsMetrics: props.metrics === 'detailed' },
          { fileExists: existsSync },
        ).map((fault) =>
          fault.startsWith('environment') || fault.startsWith('memorySize') ? fault : `${service.name}: ${fault}`,
        ),
      ),
      ...functionPropsFaults(functionProps),
      ...queueFaults(props),
      ...nameTwiceFaults([...new Set(others), ...names]),
    ];
    if (faults.length > 0) throw new InvalidOptionsError(`group ${showValue(this.groupName)}`, [...new Set(faults)]);
  }

  #makeFunction(members: readonly Member[], props: ServiceGroupProps & SharedTable): ServiceFunction {
    const { environment, memorySize, logRetention, logLevel, functionProps, encryptionKey, metrics } = props;
    const { secretKeys } = props;
    const sendsMetrics = metrics === 'detailed';
    return new ServiceFunction(this, 'Function', {
      services: members.map(({ service }) => service),
      groupName: this.groupName,
      source: { entry: this.entry },
      parts: [...new Set(members.flatMap(({ service, source }) => partsOf(source, { service, sendsMetrics })))],
      table: props.table,
      ...withoutUndefined({ memorySize, logRetention, logLevel, functionProps, encryptionKey, secretKeys }),
      environment: withoutUndefined({
        ...environment,
        ...functionProps?.environment,
        TICKOVER_METRICS_NAMESPACE: props.namespace,
        TICKOVER_METRICS: metrics,
      }),
    });
  }

  #makeServices(members: readonly Member[], props: ServiceGroupProps & Named, shared: SharedParts): GroupedService[] {
    const { groupName, function: lambda, logGroup } = this;
    const { namespace } = props;
    const logKey = props.functionProps?.logGroup === undefined ? props.encryptionKey : undefined;
    const parts = { ...shared, groupName, namespace, function: lambda, logGroup, logKey };
    return members.map(({ interval: _own, ...member }) => {
      const { alarms = props.alarms, alarmActions = props.alarmActions, okActions = props.okActions } = member;
      const { service, source } = member;
      const entry = fileOf(source);
      const options = withoutUndefined({ alarms, alarmActions, okActions, watched: props.watched });
      // The prefix keeps the id of a service apart from the ids of the group's own parts, such as `Function`.
      return new GroupedService(this, `service-${service.name}`, { service, entry, parts, ...options });
    });
  }

  #makeAlarms(
    members: readonly Member[],
    { alarms, alarmActions, okActions }: ServiceGroupProps,
  ): Record<string, Alarm> {
    if (!members.some(({ alarms: own = alarms }) => own === 'full')) return {};
    const { groupName, function: lambda } = this;
    const services = members.map(({ service }) => service);
    const definitions = groupAlarms(services, { groupName, functionName: lambda.functionName });
    const actions = withoutUndefined({ alarmActions, okActions });
    return Object.fromEntries(definitions.map((definition) => [definition.id, renderAlarm(this, definition, actions)]));
  }
}

function groupNamesBeside(group: ServiceGroup): string[] {
  const all = Stack.of(group).node.findAll();
  return all
    .filter(ServiceGroup.isServiceGroup)
    .filter((other) => other !== group)
    .map(({ groupName }) => groupName);
}

type SharedTable = Pick<SharedParts, 'table'> & Named;
interface Named {
  readonly namespace: string;
}

function asDeployed(given: GroupMemberProps, props: ReadingProps): Member {
  const { service: _service, entry, file: _file, ...member } = given;
  // The generated entry file is in another directory, so the path must be absolute.
  const absolute = entry === undefined ? given : { ...given, entry: resolve(entry) };
  const { service, source } = sourcedService(absolute, props);
  return { ...member, source, service: configured(service, member.interval) };
}

/** Returns an entry file that imports the code of a service when the service is first invoked. */
function entryOver(groupName: string, members: readonly Member[], builds: readonly string[]): GeneratedEntry {
  const lines = (specifier: (file: string) => string) =>
    members.map(({ service, source, interval }, index) => {
      const own = interval === undefined ? '' : ` interval: "${service.schedule.interval}ms",`;
      const build = JSON.stringify(builds[index]);
      return `  ${JSON.stringify(service.name)}: { build: ${build},${own} load: ${loadExpression(source, specifier)} },\n`;
    });
  const isGenerated = members.some(({ source }) => 'file' in source);
  return {
    imports: {
      'lambda/index.ts': ['groupHandler', ...(isGenerated ? ['scheduledHandler'] : [])],
      ...(isGenerated
        ? { 'bundling/exported-service.ts': ['exportedService'], 'secrets/index.ts': ['awsSecrets'] }
        : {}),
    },
    code: (specifier) =>
      `export const handler = groupHandler(${JSON.stringify(groupName)}, {\n${lines(specifier).join('')}});`,
  };
}

/**
 * Refuses props with unknown names or values of the wrong type. The check runs before the others, which would fail on
 * such props.
 */
function refuseMisshapen(groupName: string, props: unknown): void {
  const [functionProps, services] = [readProperty(props, 'functionProps'), readProperty(props, 'services')];
  const members: readonly unknown[] = Array.isArray(services) ? services : [];
  const faults = [
    ...propsFaults(props, PROPS),
    ...retentionFaults('logRetention', readProperty(props, 'logRetention')),
    ...(isRecord(props) ? optionFault(services !== undefined, 'services', 'a list of services', 'none') : []),
    ...(isRecord(functionProps) ? propsFaults(functionProps, FUNCTION_PROPS, 'functionProps.') : []),
    ...members.flatMap((member, index) => memberFaults(member, `services[${index}].`)),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(`group ${showValue(groupName)}`, faults);
}

function memberFaults(member: unknown, prefix: string): string[] {
  const required = (name: keyof GroupMemberProps, expected: string) =>
    isRecord(member) ? optionFault(member[name] !== undefined, `${prefix}${name}`, expected, 'none') : [];
  return [
    ...propsFaults(member, MEMBER, prefix),
    ...durationFaults(`${prefix}interval`, readProperty(member, 'interval')),
    ...(readProperty(member, 'file') === undefined ? required('service', 'the result of defineService') : []),
    ...(readProperty(member, 'file') === undefined ? required('entry', 'a file that exports a handler') : []),
  ];
}
