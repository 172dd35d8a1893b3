/**
 * The errors that Tickover throws, each with a string `code`. A `cause` that comes from other code has its credentials
 * masked, since whoever prints an error prints its cause too.
 */
import { escaped, hasCode, TickoverError, toSafeCause } from '../text/index.ts';

/**
 * The error of a service that has halted. Only the tick that halts the service throws it, after the state is written;
 * `runLoop` ends with it.
 */
export class ServiceHaltedError extends TickoverError {
  override readonly name = 'ServiceHaltedError';
  readonly code = 'service-halted';
  readonly service: string;

  constructor(service: string, message: string, options?: ErrorOptions) {
    super(escaped(message), options);
    this.service = service;
  }
}

/**
 * Makes the error of a service that has halted.
 * @param cause why the service halted, in words
 * @param error the error of the run that halted the service; it becomes the `cause`
 */
export function haltedError(service: string, cause: string, error?: unknown): ServiceHaltedError {
  const options = error === undefined ? {} : { cause: toSafeCause(error) };
  return new ServiceHaltedError(service, `${service}: halted: ${cause}`, options);
}

/**
 * The error of a run whose outcome couldn't be written: a later run took over its lease, or operators resumed the
 * service at every try. `context.assertOwned` throws it too, as soon as the run has lost its lease. A workload that
 * fails with it has a transient failure (`failed`) by every default classifier, since nothing is wrong with its code.
 */
export class LeaseLostError extends TickoverError {
  override readonly name = 'LeaseLostError';
  readonly code = 'lease-lost';
  readonly service: string;
  readonly fence: number;

  constructor(service: string, fence: number, what: string) {
    super(`${service}: run ${fence} ${what}`);
    this.service = service;
    this.fence = fence;
  }
}

/**
 * The error of a stored state that is damaged or was written by a newer version. Such a state is never reset silently,
 * since a reset would forget failures.
 */
export class UnreadableStateError extends TickoverError {
  override readonly name = 'UnreadableStateError';
  readonly code: 'state-damaged' | 'state-newer';
  readonly service: string;

  constructor(code: 'state-damaged' | 'state-newer', service: string, what: string) {
    const until =
      code === 'state-newer' ? 'its code is updated' : `its state is repaired (npx tickover repair ${service})`;
    super(escaped(`${service}: ${what}; the service does not run until ${until}`));
    this.code = code;
    this.service = service;
  }
}

/** Whether the value is the error of a state that can't be read. */
export function isUnreadableState(value: unknown): value is UnreadableStateError {
  return hasCode(value, 'state-damaged', 'state-newer');
}

/**
 * The error of a run that was still going on when its time was up. The signal of the run is aborted with this error.
 */
export class RunTimedOutError extends TickoverError {
  override readonly name = 'RunTimedOutError';
  readonly code = 'run-timed-out';
}

/**
 * The error with which the signal of a run is aborted when its process stops. The run counts neither as a success nor
 * as a failure.
 */
export class StoppedError extends TickoverError {
  override readonly name = 'StoppedError';
  readonly code = 'stopped';
}

/** The error of a run whose process ended during the run. The next run stores it among the failures. */
export class RunCrashedError extends TickoverError {
  override readonly name = 'RunCrashedError';
  readonly code = 'run-crashed';
}

/**
 * The error of a run whose secrets can't be read. Whether it is transient is judged by its causes. The message contains
 * what to do.
 */
export class SecretsUnavailableError extends TickoverError {
  override readonly name = 'SecretsUnavailableError';
  readonly code = 'secrets-unavailable';
}

/** The error of a service without a workload. Of all errors, only this one is fatal in a service of kind `loop`. */
export class NotImplementedError extends TickoverError {
  override readonly name = 'NotImplementedError';
  readonly code = 'not-implemented';
}
