/** One iteration of a loop: the run, the step, the log lines and the report. */
import { type LoopState, type Outcome, overrunLine, propagates, step, THRESHOLD_CAUSE } from '../rules/index.ts';
import { printReport, runWorkload, type WorkloadRun } from '../run/index.ts';
import { haltedError, type Service } from '../service/index.ts';
import type { Iteration, LoopOptions, Pace } from './loop.ts';

/** The service and the options of a loop, with every default filled in. */
export interface LoopParts extends Omit<LoopOptions, 'maxDuration'> {
  readonly service: Service;
  /** The longest time that one run may last, in milliseconds; `Infinity` for no limit. */
  readonly maxDuration: number;
  readonly pace: Pace;
  /** Returns what the function `prepare` of the service returned. It calls `prepare` until that has succeeded once. */
  readonly prepared: () => unknown;
}

/** The values that one iteration of a loop passes to the next iteration. */
export interface Carried {
  readonly state: LoopState;
  readonly cursor?: string | undefined;
  /** The number of the newest run; 0 before the first. */
  readonly fence: number;
}

/**
 * Runs the service once, makes the step of the outcome, and logs and reports the result. An error of the workload is
 * part of the iteration, so it doesn't reject.
 */
export async function iterate(parts: LoopParts, before: Carried, count: number): Promise<Iteration> {
  const { service, clock, random, log, maxDuration, prepared } = parts;
  const run = await runWorkload(service, {
    clock,
    random,
    log,
    signalAt: clock.now() + maxDuration,
    fence: before.fence + 1,
    cursor: before.cursor,
    prepared,
  });
  const { outcome, ...ended } = run;
  // A stop of a loop lets the run finish: the run gets no stop signal, so it can't yield.
  if (outcome === undefined) throw new Error(`${service.name}: a run yielded to a stop that never reached it`);
  const stepped = step(service.policy, before.state, outcome);
  logUnexpected(parts, run, outcome);
  logOverrun(parts, run, outcome);
  printReport(service, stepped.report, { log });
  return { service: service.name, count, ...ended, ...stepped, outcome };
}

/**
 * Logs the error of a run if no report will contain it and the loop goes on (rule S2 of docs/design.md, section 4). No
 * report contains it if the service never trips.
 */
function logUnexpected({ service, log }: LoopParts, run: WorkloadRun, outcome: Outcome): void {
  if (outcome.kind === 'succeeded' || propagates(service.policy, outcome)) return;
  if (service.policy.kind === 'critical' && service.policy.trips) return;
  const { errorClass, message, text } = outcome.failure;
  log.error(`Unexpected error in: ${errorClass}: ${message}`, { service: service.name, stack: text, error: run.error });
}

/**
 * Warns about a run that took longer than the interval (rule S3 of docs/design.md, section 4). There is no warning if
 * the wait for the next run begins at the end of a run, or if the loop ends with this run: then no start is delayed.
 */
function logOverrun({ service, pace, log }: LoopParts, { durationMs }: WorkloadRun, outcome: Outcome): void {
  const { interval } = service.policy;
  if (propagates(service.policy, outcome)) return;
  if (pace === 'fixed-rate' && durationMs > interval) log.warn(overrunLine(service.name, durationMs, interval));
}

/**
 * The error with which the loop must end after this iteration; `undefined` if the loop goes on. The error is wrapped in
 * an object, since a workload can throw `undefined`.
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
