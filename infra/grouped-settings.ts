/** Combines and checks the settings of services that share one Lambda function (a group). Pure. */
import { optionFault } from '../lib/rules/index.ts';
import { showValue, withoutUndefined } from '../lib/text/index.ts';
import { WATCHDOG } from './alarms/index.ts';
import type { ServiceSettings } from './settings.ts';

type ByName = Readonly<Record<string, ServiceSettings>>;

/** The settings of the one Lambda function that all services of a group share. */
export type GroupSettings = Pick<ServiceSettings, 'memorySize' | 'metrics' | 'logLevel' | 'environment'>;

const OF_THE_FUNCTION = ['memorySize', 'metrics', 'logLevel'] as const;

/**
 * Returns the names of the services in each group (services that share a function), by the name of the group. Services
 * without a group are left out.
 */
export function groupsIn(services: ByName, names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = settingsOf(services, name).group;
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return groups;
}

/**
 * Returns the settings of the one function that all services of a group share. A setting that only one service gives
 * holds for the whole function. Services that give different values are refused by {@link groupFaults}.
 */
export function settingsOfGroup(services: ByName, names: readonly string[]): GroupSettings {
  const all = names.map((name) => settingsOf(services, name));
  return withoutUndefined({
    memorySize: all.find(({ memorySize }) => memorySize !== undefined)?.memorySize,
    metrics: all.find(({ metrics }) => metrics !== undefined)?.metrics,
    logLevel: all.find(({ logLevel }) => logLevel !== undefined)?.logLevel,
    environment: Object.assign({}, ...all.map(({ environment }) => environment)) as Readonly<Record<string, string>>,
  });
}

/** Returns the faults of the groups (services that share a function), each as `option: expected ..., got ...`. */
export function groupFaults(services: ByName, names: readonly string[]): string[] {
  const groups = groupsIn(services, names);
  return [
    ...[...groups.keys()].flatMap((group) =>
      optionFault(!names.includes(group), 'group', 'a name that no service has', showValue(group)),
    ),
    ...optionFault(
      settingsOf(services, WATCHDOG).group === undefined,
      `services.${WATCHDOG}.group`,
      'none, since the watchdog needs a function of its own to notice that a group fails',
      showValue(settingsOf(services, WATCHDOG).group),
    ),
    ...[...groups.values()].flatMap((members) => disagreements(services, members)),
  ];
}

function disagreements(services: ByName, members: readonly string[]): string[] {
  return [
    ...OF_THE_FUNCTION.flatMap((option) => different(members, option, (name) => settingsOf(services, name)[option])),
    ...[...new Set(members.flatMap((name) => Object.keys(settingsOf(services, name).environment ?? {})))].flatMap(
      (variable) =>
        different(members, `environment.${variable}`, (name) =>
          ownValue(settingsOf(services, name).environment, variable),
        ),
    ),
  ];
}

/**
 * Returns a fault for each service whose value of the option differs from the value of the first service that gives
 * one. Services without a value are not compared.
 */
function different(members: readonly string[], option: string, settingIn: (name: string) => unknown): string[] {
  const given = members.filter((name) => settingIn(name) !== undefined);
  const [first, ...others] = given;
  if (first === undefined) return [];
  return others.flatMap((name) =>
    optionFault(
      settingIn(name) === settingIn(first),
      `services.${name}.${option}`,
      `${showValue(settingIn(first))} as ${first} has, since they share a function`,
      showValue(settingIn(name)),
    ),
  );
}

/**
 * Returns the settings of the service; an empty object if there are none. An inherited property doesn't count, since a
 * service may be named `constructor`.
 */
function settingsOf(services: ByName, name: string): ServiceSettings {
  return ownValue(services, name) ?? {};
}

/** Returns the object's own value under the name; `undefined` if it has none. Inherited values don't count. */
export function ownValue<Value>(byName: Readonly<Record<string, Value>> = {}, name = ''): Value | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}
