/** Makes the constructs of many services from their settings: single services, groups, and the watchdog over them. */
import { Annotations, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../../../lib/rules/index.ts';
import type { Service } from '../../../lib/service/index.ts';
import { showValue, withoutUndefined } from '../../../lib/text/index.ts';
import { WATCHDOG } from '../../alarms/index.ts';
import { groupsIn, ownValue, settingsOfGroup } from '../../grouped-settings.ts';
import { overwrittenFaults } from '../../service-faults.ts';
import type { ServiceSettings } from '../../settings.ts';
import { mergeFunctionProps } from '../code/function-props.ts';
import type { SourcedService } from '../code/given-service.ts';
import type { DeployedService } from '../deployed-service.ts';
import { type GroupMemberProps, ServiceGroup } from '../group/service-group.ts';
import { ScheduledService, type ScheduledServiceProps } from '../scheduled-service.ts';
import { type Outlets, Watchdog } from '../watchdog.ts';

type Environment = Readonly<Record<string, string>>;

/** The props that all services have in common. */
export type SharedProps = Omit<ScheduledServiceProps, 'service' | 'entry' | 'file' | 'watched'>;

/** The environment variables that the function of a service needs, and the rights that its role needs. */
export interface FunctionNeeds {
  readonly environment: Environment;
  readonly grant: (grantee: IGrantable) => void;
}

/** The needs of a service that needs nothing of its own. */
export const NO_NEEDS: FunctionNeeds = { environment: {}, grant: () => {} };

/** The services to make, without a watchdog, and how. */
export interface ServicesToMake {
  readonly entries: readonly SourcedService[];
  /** The settings of single services, by name. */
  readonly settings: Readonly<Record<string, ServiceSettings>>;
  readonly shared: SharedProps;
  /** What a service needs beside its settings. */
  readonly needsOf: (service: Service) => FunctionNeeds;
  /** How messages of the watchdog leave. @default no watchdog is made */
  readonly outlets: Outlets | undefined;
  readonly functionProps?: NodejsFunctionProps;
  /** By name of the service or of its group, over those for all. */
  readonly functionPropsOf?: Readonly<Record<string, NodejsFunctionProps>>;
}

/** The constructs that were made. */
export interface MadeServices {
  /** The services in their order; the watchdog, if there is one, is the last. */
  readonly services: readonly DeployedService[];
  readonly groups: readonly ServiceGroup[];
}

/** Makes the services in `scope`: each as a construct of its own name, or as a part of its group. */
export function makeServices(scope: Construct, given: ServicesToMake): MadeServices {
  const { entries, settings, outlets } = given;
  const isGrouped = ({ service: { name } }: SourcedService) => ownValue(settings, name)?.group !== undefined;
  const singles = entries.filter((entry) => !isGrouped(entry)).map((entry) => makeSingle(scope, entry, given));
  const groups = makeGroups(scope, given);
  const byName = new Map(
    [...singles, ...groups.flatMap((group) => group.services)].map((each) => [each.service.name, each]),
  );
  const services = entries.flatMap(({ service }) => byName.get(service.name) ?? []);
  if (outlets === undefined) return { services, groups };
  const watchdog = new Watchdog(scope, WATCHDOG, { ...optionsOf(WATCHDOG, given), ...outlets, services });
  return { services: [...services, watchdog], groups };
}

function makeSingle(scope: Construct, { service, source }: SourcedService, given: ServicesToMake): ScheduledService {
  const needs = given.needsOf(service);
  const options = optionsOf(service.name, given);
  refuseOverwritten(service.name, { ...options.environment, ...options.functionProps.environment }, needs.environment);
  const made = new ScheduledService(scope, service.name, {
    ...options,
    ...source,
    environment: { ...options.environment, ...needs.environment },
    service,
  });
  needs.grant(made.function);
  return made;
}

function makeGroups(scope: Construct, given: ServicesToMake): readonly ServiceGroup[] {
  const { entries, settings } = given;
  const names = entries.map(({ service }) => service.name);
  return [...groupsIn(settings, names)].map(([groupName, members]) => {
    const own = entries.filter(({ service }) => members.includes(service.name));
    return makeGroup(scope, { ...given, entries: own }, groupName);
  });
}

function makeGroup(scope: Construct, given: ServicesToMake, groupName: string): ServiceGroup {
  const { entries, settings, shared } = given;
  const own = settingsOfGroup(
    settings,
    entries.map(({ service }) => service.name),
  );
  const functionProps = functionPropsFor(groupName, given);
  const needs = entries.map(({ service }) => given.needsOf(service));
  const environment: Environment = Object.assign({}, ...needs.map((each) => each.environment));
  refuseOverwritten(groupName, { ...own.environment, ...functionProps.environment }, environment);
  const made = new ServiceGroup(scope, `Group-${groupName}`, {
    ...shared,
    ...own,
    environment: { ...shared.environment, ...own.environment, ...environment },
    functionProps,
    groupName,
    services: entries.map(({ service, source }): GroupMemberProps => {
      const { interval, alarms } = ownValue(settings, service.name) ?? {};
      return { service, ...source, ...withoutUndefined({ interval, alarms }) };
    }),
  });
  for (const each of needs) each.grant(made.function);
  return made;
}

function optionsOf(name: string, given: ServicesToMake) {
  const { enabled: _enabled, group: _group, ...own } = ownValue(given.settings, name) ?? {};
  // The variables for all services are not meant for the watchdog.
  const common = name === WATCHDOG ? {} : given.shared.environment;
  const environment = { ...common, ...own.environment };
  return { ...given.shared, ...own, environment, functionProps: functionPropsFor(name, given) };
}

/** Returns CDK's own props for a function: those for all services, with its own laid over them. */
function functionPropsFor(
  name: string,
  { functionProps = {}, functionPropsOf = {} }: Pick<ServicesToMake, 'functionProps' | 'functionPropsOf'>,
): NodejsFunctionProps {
  return mergeFunctionProps(functionProps, ownValue(functionPropsOf, name));
}

/**
 * Refuses environment variables in the settings of a service (`own`) that the stack sets for the same service (`set`),
 * such as the name of a table that it makes: the value from the settings would be lost.
 */
function refuseOverwritten(name: string, own: Environment, set: Environment): void {
  const faults = overwrittenFaults(own, set);
  if (faults.length > 0) throw new InvalidOptionsError(`service ${showValue(name)}`, faults);
}

/**
 * Warns at synth if nobody would be notified of a trouble. A topic that is made has no subscriber unless a mail address
 * is given.
 * @param outlets what a message could leave by, each `undefined` if it isn't given
 * @param remedy what to give
 */
export function warnIfNobodyIsNotified(scope: Construct, outlets: readonly unknown[], remedy: string): void {
  if (outlets.some((outlet) => outlet !== undefined)) return;
  const { path } = scope.node;
  const subject = scope instanceof Stack ? scope.stackName : path;
  Annotations.of(scope).addWarningV2(
    'tickover:nobody-is-notified',
    `${subject}: nobody is notified when a service is in trouble: no mail address, topic, web address, bus or alarm ` +
      `action is given. Give one, ${remedy} and acknowledge this warning.`,
  );
}
