/** Makes everything that the handler of a function works with, once, at cold start. */
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

/** The parts that a handler works with. */
export interface Composition {
  /** The service, with the interval that `TICKOVER_INTERVAL` sets, if it is set. */
  readonly service: Service;
  readonly environment: Environment;
  readonly ports: Ports;
  /**
   * Returns the result of the function `prepare` of the service. The first call calls `prepare`, and so does every
   * later one until `prepare` has succeeded once.
   */
  readonly prepared: () => unknown;
  /**
   * The stray errors in this process so far. After a stray error the process is ended soon, since its memory may be
   * damaged.
   */
  readonly strayErrors: Pick<StrayErrors, 'count'>;
}

/** The parts of a composition that a test replaces. */
export type Overrides = Partial<Ports> & { readonly environment?: Environment };

const OVERRIDES: Readonly<Record<string, Shape>> = {
  ...{ store: 'object', clock: 'object', random: 'object', log: 'object', ownLog: 'object', environment: 'object' },
  ...{ observers: 'list', recycle: 'function', runScope: 'function' },
};

/**
 * Makes the parts of the handler of a service.
 * @throws InvalidOptionsError which names every substitute that is unknown or of another shape
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

/** The observers that write metrics: in Lambda, one if `TICKOVER_METRICS` is `detailed`; otherwise none. */
function metricsOf({ variables, inLambda }: Environment): Observer[] {
  const { detailed, ...options } = emfOptionsIn(variables);
  return inLambda && detailed ? [emfObserver(options)] : [];
}

// The original `process.exit`, kept at load: a workload may replace it, as test tools do, and its process must still
// end.
const { exit } = process;

/**
 * Ends the process. On Lambda this ends the invocation too, and the next invocation starts in a new execution
 * environment. On one machine it ends only the worker thread.
 */
export function endProcess(): void {
  exit.call(process, 1);
}
