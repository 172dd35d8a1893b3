import {
  cronFaults,
  fillPolicy,
  InvalidOptionsError,
  LIMITS,
  type Limit,
  limitFaults,
  optionFault,
  type PolicyOptions,
  policyFaults,
} from '../rules/index.ts';
import { isRecord, readProperty, showValue, withoutUndefined } from '../text/index.ts';
import { type Duration, parseDuration } from '../time/index.ts';
import { branded } from './brand.ts';
import { classifierOf } from './classify.ts';
import { NotImplementedError } from './errors.ts';
import { LOCAL_SHAPES, SERVICE_SHAPES, shapeFaults } from './known-options.ts';
import { declaredSecrets, secretFaults } from './secrets/declared.ts';
import type { Known, Service, ServiceOptions, WrittenTooLate } from './service.ts';
import { longestTimeout } from './time-budget.ts';

/**
 * Makes a service from its options, with all defaults filled in. TypeScript infers the types of `prepared`, `input` and
 * the result, whatever the order of the options, with one exception: it reads functions whose parameters have no types
 * in the order in which they are written. So write `prepare: (surroundings) => ...` before a `workload: (context) =>
 * ...`, or give its parameter a type, as in `prepare: ({ env }: Surroundings) => ...`; otherwise the compiler refuses
 * `prepare` with this hint. The same holds for an `input` that is written out as an object with such functions.
 * @throws InvalidOptionsError which names every faulty option, the expected value and the given value
 */
export function defineService<Prepared = WrittenTooLate, Result = unknown, Input = WrittenTooLate, Given = Input>(
  given: ServiceOptions<Prepared, Result, Input, Given>,
): Service<Result, Known<Prepared>, Known<Input>, Known<Given>> {
  const options = given as ServiceOptions;
  // The checks below read several options at once, so each option must have the right type first.
  const misshapen = [...shapeFaults(options, SERVICE_SHAPES), ...localShapeFaults(options)];
  if (misshapen.length > 0) throw new InvalidOptionsError(subjectOf(given), [...misshapen, ...readableFaults(options)]);
  const service = fill(options);
  const faults = [...faultsOf(options, service), ...localFaults(options)];
  if (faults.length > 0) throw new InvalidOptionsError(subjectOf(given), faults);
  return Object.freeze(branded(service)) as Service<Result, Known<Prepared>, Known<Input>, Known<Given>>;
}

/**
 * Returns the service with another interval. The defaults that depend on the interval are computed from the new one.
 * @throws InvalidOptionsError if the interval isn't allowed
 */
export function withInterval(service: Service, interval: Duration): Service {
  return defineService({ ...service.written, interval });
}

function subjectOf(options: unknown): string {
  return `service ${showValue(readProperty(options, 'name'))}`;
}

function localShapeFaults(options: unknown): string[] {
  const local = readProperty(options, 'local');
  return isRecord(local) ? shapeFaults(local, LOCAL_SHAPES, 'local.') : [];
}

/** The faults of those options that can be checked alone, even if another option has the wrong type. */
function readableFaults(options: unknown): string[] {
  if (!isRecord(options)) return [];
  const { name, ...others } = options;
  const hasNoNull = Object.values(others).every((value) => value !== null);
  return [
    ...(hasNoNull ? policyFaults(others as PolicyOptions) : []),
    ...(name === null ? [] : limitFaults('name', name)),
  ];
}

function fill(options: ServiceOptions): Service {
  const { name, cron, timezone = 'UTC', printer, workload = notImplemented(name), prepare = () => undefined } = options;
  const policy = fillPolicy(options);
  const timeout = milliseconds(options.timeout, LIMITS.timeout.default);
  const reserve = milliseconds(options.reserve, LIMITS.reserve.default);
  return {
    name,
    written: options,
    policy: Object.freeze(policy),
    schedule: { interval: policy.interval, ...(cron === undefined ? {} : { cron, timezone }) },
    timeout,
    reserve,
    maxDuration: milliseconds(options.maxDuration, timeout - reserve),
    leaseMargin: milliseconds(options.leaseMargin, LIMITS.leaseMargin.default),
    secrets: Object.freeze(declaredSecrets(options.secrets)),
    secretsMaxAge: milliseconds(options.secretsMaxAge, LIMITS.secretsMaxAge.default),
    localInterval: milliseconds(options.local?.interval, policy.interval),
    classify: options.classify ?? classifierOf(policy.kind),
    ...withoutUndefined({ printer, input: options.input }),
    prepare,
    workload,
  };
}

function milliseconds(written: Duration | undefined, standard: number): number {
  return written === undefined ? standard : (parseDuration(written) ?? Number.NaN);
}

function notImplemented(name: string): () => Promise<never> {
  return () => Promise.reject(new NotImplementedError(`${name}: the service has no workload; define one`));
}

function localFaults(options: ServiceOptions): string[] {
  const interval = options.local?.interval;
  if (interval === undefined) return [];
  const { local: _local, ...there } = { ...options, interval };
  return faultsOf(there, fill(there)).map((fault) => `local.${fault}`);
}

type JudgedOption = 'timeout' | 'reserve' | 'maxDuration' | 'leaseMargin' | 'secretsMaxAge';

function faultsOf(options: ServiceOptions, service: Service): string[] {
  const { timeout, reserve } = service;
  const { cron, timezone } = options;
  const bounds = { 'the timeout': timeout, 'timeout less reserve': timeout - reserve };
  const timeoutLimit = { ...LIMITS.timeout, most: longestTimeout(service.schedule) };
  const judged = (option: JudgedOption, limit: Limit = LIMITS[option]) =>
    limitFaults(option, service[option], {
      ...{ limit, bounds, written: options[option] },
      got: showValue(options[option] ?? service[option]),
    });
  return [
    ...policyFaults(options),
    ...limitFaults('name', options.name),
    ...judged('timeout', timeoutLimit),
    ...judged('reserve'),
    ...judged('maxDuration'),
    ...judged('leaseMargin'),
    ...judged('secretsMaxAge'),
    ...secretFaults(options.secrets),
    ...optionFault(
      timezone === undefined || cron !== undefined,
      'timezone',
      'a cron expression beside it',
      showValue(timezone),
    ),
    ...(cron === undefined ? [] : cronFaults(cron, timezone)),
  ];
}
