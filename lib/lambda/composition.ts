/** The composition root of a function: everything a handler works with, made once, at cold start. */
import { emfObserver, emfOptionsIn } from '../metrics/index.ts';
import { catchStrayErrors, type StrayErrors } from '../run/index.ts';
import { prepareOnce, type Service, withInterval } from '../service/index.ts';
import { documentClient, dynamoStateStore } from '../store/index.ts';
import type { Ports } from '../tick/index.ts';
import { systemClock, systemRandom } from '../time/index.ts';
import { type Environment, readEnvironment } from './env.ts';
import { ownLog, serviceLog, serviceLogger, tickLog } from './log.ts';

/** Everything that a handler works with. */
export interface Composition {
  /** The service, with the interval that the environment gives it. */
  readonly service: Service;
  readonly environment: Environment;
  readonly ports: Ports;
  /** Returns what the service's `prepare` made; it is called until it succeeds once. */
  readonly prepared: () => unknown;
  /** After a stray error the process is not to be trusted with many more runs. */
  readonly strayErrors: Pick<StrayErrors, 'count'>;
}

/** Stand-ins for a test. */
export type Overrides = Partial<Ports> & { readonly environment?: Environment };

/** Composes a function of a service. */
export function compose(defined: Service, overrides: Overrides = {}): Composition {
  const environment = overrides.environment ?? readEnvironment();
  const service = environment.interval === undefined ? defined : withInterval(defined, `${environment.interval}ms`);
  const logger = serviceLogger(service.name);
  const log = overrides.log ?? serviceLog(service.name, logger);
  const clock = overrides.clock ?? systemClock;
  const strayErrors = catchStrayErrors(log);
  return {
    service,
    environment,
    ports: {
      store: overrides.store ?? dynamoStateStore(documentClient(), environment.table, clock),
      clock,
      random: overrides.random ?? systemRandom,
      log,
      observers: overrides.observers ?? [
        tickLog(overrides.log ?? ownLog(logger), service.policy),
        ...(environment.inLambda ? [emfObserver(emfOptionsIn(environment.variables))] : []),
      ],
      recycle: overrides.recycle ?? endProcess,
      runScope: overrides.runScope ?? strayErrors.runScope,
    },
    strayErrors,
    prepared: prepareOnce(service, { env: environment.variables }),
  };
}

// As it is at load: a workload that replaces it, as tools for tests do, can still be ended.
const { exit } = process;

/**
 * On Lambda the process ends within the invocation, and the next one starts in a new environment; in a worker, the
 * worker ends.
 */
function endProcess(): void {
  exit.call(process, 1);
}
