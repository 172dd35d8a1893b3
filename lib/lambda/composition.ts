/** Makes the parts with which a Lambda handler works (settings, store, clock, log, observers) once, at cold start. */
import { emfObserver, emfOptionsIn, emfWarnings } from '../metrics/index.ts';
import { InvalidOptionsError } from '../rules/index.ts';
import { catchStrayErrors, type StrayErrors } from '../run/index.ts';
import {
  prepareOnce,
  type Service,
  type Shape,
  shapeFaults,
  unknownVariableWarnings,
  withInterval,
} from '../service/index.ts';
import { documentClient, dynamoStateStore } from '../store/index.ts';
import type { Observer, Ports } from '../tick/index.ts';
import { type Duration, systemClock, systemRandom } from '../time/index.ts';
import { type Environment, readEnvironment } from './env.ts';
import { ownLog, serviceLog, serviceLogger, tickLog } from './log.ts';

/** The parts with which the Lambda handler of one service works. */
export interface Composition {
  /**
   * The service. If the environment variable `TICKOVER_INTERVAL` is set, it has replaced the interval in the options of
   * the service.
   */
  readonly service: Service;
  readonly environment: Environment;
  readonly ports: Ports;
  /**
   * Returns the result of the service's function `prepare`. The first call of `prepared` calls `prepare`. If `prepare`
   * fails, the next call of `prepared` calls it again; once it has succeeded, its result is kept.
   */
  readonly prepared: () => unknown;
  /**
   * The number of stray errors in this process so far (errors of a promise, timer or listener that a run left behind).
   * If there are any, the process is ended after the firing, since its memory may be damaged.
   */
  readonly strayErrors: Pick<StrayErrors, 'count'>;
}

/** The parts of a handler that a test replaces. For each part that is missing here, the handler uses the real one. */
export type Overrides = Partial<Ports> & { readonly environment?: Environment };

const OVERRIDES: Readonly<Record<string, Shape>> = {
  ...{ store: 'object', clock: 'object', random: 'object', log: 'object', ownLog: 'object', environment: 'object' },
  ...{ observers: 'list', recycle: 'function', runScope: 'function' },
};

/**
 * Makes the parts of the handler of a service.
 * @throws InvalidOptionsError if `overrides` contains an unknown name or a value of the wrong type, or if an
 * environment variable is faulty; the message names each of them
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
  return {
    service,
    environment,
    ports: {
      store: overrides.store ?? dynamoStateStore(documentClient(), environment.table, clock),
      clock,
      random: overrides.random ?? systemRandom,
      log,
      ownLog: ownValues,
      observers: overrides.observers ?? [tickLog(ownValues, service.policy), ...metricsOf(environment)],
      recycle: overrides.recycle ?? endProcess,
      runScope: overrides.runScope ?? strayErrors.runScope,
    },
    strayErrors,
    prepared: prepareOnce(service, { env: environment.variables }),
  };
}

/** The parts of a composition in which a service of a group differs from one that has its function for itself. */
export interface MemberParts extends Pick<Composition, 'strayErrors'> {
  readonly build: string;
  readonly interval: Duration | undefined;
}

/** The composition of a service that shares its function with others. */
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

/**
 * The observers that write metrics: one if the function runs in Lambda and `TICKOVER_METRICS` is `detailed`; otherwise
 * none.
 */
function metricsOf({ variables, inLambda }: Environment): Observer[] {
  const { detailed, ...options } = emfOptionsIn(variables);
  return inLambda && detailed ? [emfObserver(options)] : [];
}

// Node's `process.exit`, read when this file is loaded. A workload may replace `process.exit` later, as test tools do,
// but `endProcess` must still end the process.
const { exit } = process;

/**
 * Ends the process. On Lambda this ends the invocation too, and the next invocation starts in a new execution
 * environment. On one machine it ends only the worker thread.
 */
export function endProcess(): void {
  exit.call(process, 1);
}
