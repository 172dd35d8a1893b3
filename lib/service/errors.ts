/**
 * The errors that Tickover throws. A skipped tick is not an error: it is returned as a value. Every class has a string
 * `code`. In an error of other code, credentials are masked before it becomes the `cause` of one of these errors, since
 * whoever prints an error prints its causes too.
 */
import { escaped, toSafeCause } from '../text/index.ts';

/**
 * The error of a service that has halted. The scheduled tick whose run halted the service throws it once, after the
 * state is written. A loop (`runLoop`) ends with it.
 */
export class ServiceHaltedError extends Error {
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
 * @param cause why the service halted, in words, for the message
 * @param error the error of the run that halted the service, which becomes the error's `cause`. @default no `cause`
 */
export function haltedError(service: string, cause: string, error?: unknown): ServiceHaltedError {
  const options = error === undefined ? {} : { cause: toSafeCause(error) };
  return new ServiceHaltedError(service, `${service}: halted: ${cause}`, options);
}

/**
 * The error of a run whose outcome couldn't be written: a later run took over its lease, or operators resumed the
 * service at every try.
 */
export class LeaseLostError extends Error {
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
 * The error of a state that can't be read: it is damaged, or a newer version wrote it. The state is never reset
 * silently, since a reset would forget failures.
 */
export class UnreadableStateError extends Error {
  override readonly name = 'UnreadableStateError';
  readonly code: 'state-damaged' | 'state-newer';
  readonly service: string;

  constructor(code: 'state-damaged' | 'state-newer', service: string, what: string) {
    const until =
      code === 'state-newer' ? 'its code is updated' : `its state is repaired (npm run repair -- ${service})`;
    super(escaped(`${service}: ${what}; the service does not run until ${until}`));
    this.code = code;
    this.service = service;
  }
}

/**
 * The error of a run that was still going when its time was up. It is the abort reason of the run's signal, and the
 * failure of an outcome `timed-out`.
 */
export class RunTimedOutError extends Error {
  override readonly name = 'RunTimedOutError';
  readonly code = 'run-timed-out';
}

/**
 * The error of a run that was asked to end because its process stops. It is the abort reason of the run's signal; such
 * a run has no outcome.
 */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly code = 'stopped';
}

/**
 * The error of a run whose process ended during the run. It is the failure of an outcome `crashed`, and is made when
 * the next run counts the crash.
 */
export class RunCrashedError extends Error {
  override readonly name = 'RunCrashedError';
  readonly code = 'run-crashed';
}

/** The error of a service without a workload. It is the only error that a loop service doesn't tolerate. */
export class NotImplementedError extends Error {
  override readonly name = 'NotImplementedError';
  readonly code = 'not-implemented';
}
