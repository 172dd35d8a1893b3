import { emfObserver, emfOptionsIn, emfWarnings } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { catchStrayErrors, type StrayErrors } from '../run/index.ts';
import {
  environmentSecrets,
  noReader,
  prepareOnce,
  type RunSecrets,
  runSecrets,
  type SecretsReader,
  type Service,
  type Shape,
  safeLog,
  shapeFaults,
  unknownVariableWarnings,
  withInterval,
} from '../service/index.ts';
import { documentClient, dynamoStateStore } from '../store/index.ts';
import type { Observer, Ports } from '../tick/index.ts';
import { type Duration, systemClock, systemRandom } from '../time/index.ts';
import { type Environment, readEnvironment } from './env.ts';
import { ownLog, serviceLog, serviceLogger, tickLog } from './log.ts';

export interface Composition {
  /** The service, with the interval in the environment variable `TICKOVER_INTERVAL` if that is set. */
  readonly service: Service;
  readonly environment: Environment;
  readonly ports: Ports;
  /**
   * Returns the result of the option `prepare` of the service. Calls `prepare` again only if it has not succeeded yet.
   */
  readonly prepared: () => unknown;
  /** The secrets of the service; `undefined` if it has none. */
  readonly secrets: RunSecrets | undefined;
  /**
   * Counts the errors of promises, timers and listeners that runs left behind in this process. After such an error the
   * handler ends the process, since its memory may be damaged.
   */
  readonly strayErrors: Pick<StrayErrors, 'count'>;
}

/** Substitutes that a test gives to a handler. For each missing field the handler uses the real object. */
export type Overrides = Partial<Ports> & {
  readonly environment?: Environment;
  /**
   * Reads the secrets of the service. In Lambda a service with secrets needs one: `awsSecrets()`.
   * @default environment variables with the names of the secrets on one machine; in Lambda each run fails
   */
  readonly secrets?: SecretsReader;
};

const OVERRIDES: Readonly<Record<string, Shape>> = {
  ...{ store: 'object', clock: 'object', random: 'object', log: 'object', ownLog: 'object', environment: 'object' },
  secrets: 'object',
  ...{ observers: 'list', recycle: 'function', runScope: 'function' },
};

/**
 * Makes what the Lambda handler of a service needs: settings, store, clock, log and observers.
 * @throws InvalidOptionsError if `overrides` contains an unknown name or a value of the wrong type, or if an
 * environment variable is invalid; the message names each of them
 */
export function compose(defined: Service, overrides: Overrides = {}): Composition {
  const faults = shapeFaults(overrides, OVERRIDES);
  if (faults.length > 0) throw new InvalidOptionsError(defined.name, faults);
  const environment = overrides.environment ?? readEnvironment();
  const service = environment.interval === undefined ? defined : withInterval(defined, `${environment.interval}ms`);
  const logger = serviceLogger(service.name);
  const log = overrides.log ?? serviceLog(service.name, logger);
  const ownValues = overrides.ownLog ?? overrides.log ?? ownLog(logger);
  const clock = overrides.clock ?? systemClock;
  for (const warning of warningsOf(environment)) log.warn(warning);
  const strayErrors = catchStrayErrors(log);
  const secrets = runSecrets(service, { reader: readerOf(environment, overrides.secrets), clock, log: safeLog(log) });
  return {
    service,
    environment,
    ports: {
      store: overrides.store ?? dynamoStateStore(documentClient(environment.database), environment.table, clock),
      clock,
      random: overrides.random ?? systemRandom,
      log,
      ownLog: ownValues,
      observers: overrides.observers ?? [tickLog(ownValues, service.policy), ...metricsOf(environment)],
      recycle: overrides.recycle ?? endProcess,
      runScope: overrides.runScope ?? strayErrors.runScope,
    },
    strayErrors,
    secrets,
    prepared: prepareOnce(service, { env: environment.variables, ...(secrets && { secrets: secrets.values }) }),
  };
}

function readerOf({ inLambda, variables }: Environment, given: SecretsReader | undefined): SecretsReader {
  if (inLambda) return given ?? noReader(READER_NEEDED);
  return given === undefined || given.onlyInLambda === true ? environmentSecrets(variables, VARIABLE_NEEDED) : given;
}

const READER_NEEDED = 'give `awsSecrets()` to scheduledHandler and deploy again';
const VARIABLE_NEEDED = 'set it, or write it into the file .tickover/secrets.env; then resume the service';

/** The fields that `asMember` replaces for a service that shares its Lambda function with other services. */
export interface MemberParts extends Pick<Composition, 'strayErrors'> {
  readonly build: string;
  readonly interval: Duration | undefined;
}

/** Adapts a Composition to a Lambda function that several services share. */
export function asMember(composition: Composition, { build, interval, strayErrors }: MemberParts): Composition {
  const { service, environment } = composition;
  return {
    ...composition,
    service: interval === undefined ? service : withInterval(service, interval),
    environment: { ...environment, build },
    strayErrors,
  };
}

function warningsOf({ variables, inLambda }: Environment): string[] {
  return [...unknownVariableWarnings(Object.keys(variables)), ...(inLambda ? emfWarnings(variables) : [])];
}

function metricsOf({ variables, inLambda }: Environment): Observer[] {
  const { detailed, ...options } = emfOptionsIn(variables);
  if (!inLambda || !detailed) return [];
  // The bundler drops `emfObserver` only if the condition stands in the same expression.
  return globalThis.TICKOVER_WITHOUT_METRICS === true ? [] : [emfObserver(options)];
}

// Keeps the original `process.exit`, since a workload may replace it (as test tools do) and `endProcess` must still end
// the process.
const { exit } = process;

/**
 * Ends the process, so that the next invocation starts in a new one. On Lambda the current invocation fails. Under `npm
 * start` only the worker thread ends.
 */
export function endProcess(): void {
  exit.call(process, 1);
}
