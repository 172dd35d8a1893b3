/**
 * The errors of the engine. A refused tick is none: that is a value. Every class has a string `code`. A cause that is
 * somebody else's error is a safe one: whoever prints an error of ours prints its causes too.
 */
import { escaped, toSafeCause } from '../text/index.ts';

/**
 * The error of a service that its policy halts. The run that halted it throws this error, once, after the state was
 * written.
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

/** The error that a halted service throws. Its cause is the fatal error; it has no cause after too many trips. */
export function haltedError(service: string, cause: string, error?: unknown): ServiceHaltedError {
  const options = error === undefined ? {} : { cause: toSafeCause(error) };
  return new ServiceHaltedError(service, `${service}: halted: ${cause}`, options);
}

/**
 * The error of a run that outlived its lease: its outcome wasn't written, since a later run already holds the lease.
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
 * The run was still going when its time was up. This error is the abort reason of the run's signal, and the failure of
 * an outcome `timed-out`.
 */
export class RunTimedOutError extends Error {
  override readonly name = 'RunTimedOutError';
  readonly code = 'run-timed-out';
}

/**
 * The run was asked to end because its process stops. This error is the abort reason of the run's signal; such a run
 * has no outcome.
 */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly code = 'stopped';
}

/**
 * The process ended during a run. This error is the failure of an outcome `crashed`; it is made when the next run
 * counts the crash.
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
