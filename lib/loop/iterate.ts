import { type LoopState, type Outcome, overrunLine, propagates, step, THRESHOLD_CAUSE } from '../rules/index.ts';
import { printReport, runWorkload, type WorkloadRun } from '../run/index.ts';
import { haltedError, type RunSecrets, type Service } from '../service/index.ts';
import type { Clock, Random } from '../time/index.ts';
import type { Iteration, LoopOptions, Pace } from './loop.ts';

/** The service and the options of `runLoop`, with their defaults filled in. */
export interface LoopParts extends Omit<LoopOptions, 'maxDuration' | 'clock' | 'random'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly service: Service;
  /** The longest time that one run may last, in milliseconds. @default Infinity */
  readonly maxDuration: number;
  readonly pace: Pace;
  /**
   * Returns the result of the option `prepare` of the service. Calls `prepare` again only if it has not succeeded yet.
   */
  readonly prepared: () => unknown;
  /** The secrets of the service in this process; `undefined` if it has none. */
  readonly runSecrets: RunSecrets | undefined;
}

export interface Carried {
  readonly state: LoopState;
  readonly cursor?: string | undefined;
  readonly fence: number;
}

/**
 * Runs the service once, computes the new state, and logs and reports the result. If the workload throws, the error is
 * a field of the Iteration.
 */
export async function iterate(parts: LoopParts, before: Carried, count: number): Promise<Iteration> {
  const { service, clock, random, log, maxDuration, prepared, runSecrets } = parts;
  const run = await runWorkload(service, {
    clock,
    random,
    log,
    signalAt: clock.now() + maxDuration,
    fence: before.fence + 1,
    cursor: before.cursor,
    prepared,
    secrets: runSecrets,
  });
  const { outcome, ...ended } = run;
  // Can't happen: a run ends without an outcome only after a stop signal, and `runLoop` gives a run none.
  if (outcome === undefined) throw new Error(`${service.name}: a run yielded to a stop that never reached it`);
  const stepped = step(service.policy, before.state, outcome);
  logUnexpected(parts, run, outcome);
  logOverrun(parts, run, outcome);
  printReport(service, stepped.report, { log });
  return { service: service.name, count, ...ended, ...stepped, outcome };
}

/**
 * Logs the error of a run if the loop goes on and no report will contain the error (rule S2 of docs/design.md, section
 * 4).
 */
function logUnexpected({ service, log }: LoopParts, run: WorkloadRun, outcome: Outcome): void {
  if (outcome.kind === 'succeeded' || propagates(service.policy, outcome)) return;
  if (service.policy.kind === 'critical' && service.policy.trips) return;
  const { errorClass, message, text } = outcome.failure;
  log.error(`Unexpected error in: ${errorClass}: ${message}`, { service: service.name, stack: text, error: run.error });
}

/**
 * Warns about a run that took longer than the interval and so delays the next run (rule S3 of docs/design.md, section
 * 4). With `fixed-delay` no run is delayed, since the wait begins at the end of a run.
 */
function logOverrun({ service, pace, log }: LoopParts, { durationMs }: WorkloadRun, outcome: Outcome): void {
  const { interval } = service.policy;
  if (propagates(service.policy, outcome)) return;
  if (pace === 'fixed-rate' && durationMs > interval) log.warn(overrunLine(service.name, durationMs, interval));
}

/**
 * Returns the error that ends the loop after this iteration; `undefined` if the loop goes on. The error is in an
 * object, since a workload may throw `undefined`.
 */
export function endOf({ policy, name }: Service, iteration: Iteration): { readonly error: unknown } | undefined {
  const { outcome, verdict, error, abandoned } = iteration;
  const { haltCause } = iteration.state;
  if (propagates(policy, outcome)) return { error };
  if (verdict === 'halted' && haltCause !== undefined) {
    return { error: haltedError(name, haltCause, haltCause === THRESHOLD_CAUSE ? undefined : error) };
  }
  return abandoned ? { error } : undefined;
}
