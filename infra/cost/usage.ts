/** Counts how much of each billed quantity a stack uses in a month. Pure. */

import { RECORD_RETENTION_DAYS } from '../../lib/rules/index.ts';
import { READ_TOGETHER } from '../../lib/store/index.ts';
import type { Assumed } from './assumptions.ts';
import { secondsAt, TICK_REQUESTS } from './measured.ts';
import type { Plan, ServicePlan, SharedPlan } from './plan.ts';
import type { Counted } from './prices.ts';
import { MONTH_HOURS } from './ticks.ts';

/** The quantities that are used in a month, by the names of {@link PRICES}. A quantity of 0 may be absent. */
export type Usage = Readonly<Partial<Record<Counted, number>>>;

const MONTH_DAYS = MONTH_HOURS / 24;
const MB_A_GB = 1024;
const KB_A_GB = 1024 * 1024;
/**
 * How many run records one page of the query for a trip's report has at most. The estimate counts one page for each
 * report.
 */
const RECORDS_A_REPORT = 20;
/** How many KB one read unit of DynamoDB covers in a strongly consistent read. */
const KB_A_READ = 4;
const ITEMS_A_BATCH = READ_TOGETHER;
/** How many days of log one search by a person reads: the log of one day, once for failures and once for skips. */
const SEARCHED_DAYS = 2;
const REQUESTS_A_MESSAGE = 3;

/** Returns the usage of one service. It includes the watchdog's reads of the service's state. */
export function usageOf(service: ServicePlan, assumed: Assumed, watchdog?: ServicePlan): Usage {
  const { workSeconds, requestSeconds, tickMs, tickLogKb, failureShare, badHours, stateKb } = assumed;
  const seconds = workSeconds + TICK_REQUESTS * requestSeconds + secondsAt(service.memoryMb, tickMs);
  const checks = watchdog?.pace.ticks ?? 0;
  const logKb = tickLogKb + (service.metrics > 0 ? assumed.metricsLogKb : 0);
  const own = functionUsage(service, { seconds, logKb, failureShare }, assumed);
  // CloudWatch bills a metric only for the hours in which it has samples. `Unhealthy` has samples only while the
  // service is in trouble.
  return sum(own, { metrics: checks === 0 ? 0 : badHours / MONTH_HOURS, dynamoReads: checks * readUnits(stateKb) });
}

/**
 * Returns the usage of a watchdog that watches `watched` services. The read units for the services' states are left
 * out, since {@link usageOf} counts them. The time that these requests take is included.
 */
export function watchdogUsage(watchdog: ServicePlan, watched: number, assumed: Assumed): Usage {
  const { requestSeconds, checkMs, checkLogKb, rememberedKb } = assumed;
  const requests = TICK_REQUESTS + 1 + Math.ceil(watched / ITEMS_A_BATCH);
  const seconds = requests * requestSeconds + secondsAt(watchdog.memoryMb, checkMs);
  const own = functionUsage(watchdog, { seconds, logKb: checkLogKb, failureShare: 0 }, assumed);
  return sum(own, { dynamoReads: watchdog.pace.ticks * Math.max(1, readUnits(watched * rememberedKb)) });
}

/**
 * Returns the usage of the parts of a stack that all its services share, such as the dashboard. The watchdog is left
 * out.
 */
export function sharedUsage({ resources: _resources, hasBus, ...counted }: SharedPlan, assumed: Assumed): Usage {
  const { changes, undelivered } = assumed;
  const messages = { publishes: changes, mails: changes, busEvents: hasBus ? changes : 0 };
  return { ...counted, ...messages, queueRequests: undelivered * REQUESTS_A_MESSAGE };
}

export function totalUsage({ services, watchdog, shared }: Plan, assumed: Assumed): Usage {
  const all = services.map((service) => usageOf(service, assumed, watchdog));
  const ofWatchdog = watchdog === undefined ? {} : watchdogUsage(watchdog, services.length, assumed);
  return [...all, ofWatchdog, sharedUsage(shared, assumed)].reduce(sum, {});
}

interface Run {
  readonly seconds: number;
  /** The size of a run's log lines and metrics, in KB. */
  readonly logKb: number;
  readonly failureShare: number;
}

function functionUsage(plan: ServicePlan, run: Run, assumed: Assumed): Usage {
  const { ticks, firings } = plan.pace;
  const failures = ticks * run.failureShare;
  return {
    schedulerInvocations: firings,
    lambdaRequests: firings,
    lambdaGbSeconds: firings * billedSeconds(plan, run, assumed) * (plan.memoryMb / MB_A_GB),
    ...storeUsage(plan, { ticks, failures }, assumed),
    alarms: plan.alarms,
    compositeAlarms: plan.compositeAlarms,
    metrics: plan.metrics * Math.min(1, firings / MONTH_HOURS),
    ...logUsage(plan, { ticks, firings, failures, logKb: run.logKb }, assumed),
  };
}

/**
 * Returns for how many seconds AWS bills an invocation. An invocation that owns several ticks waits for the last of
 * them, and the wait is billed.
 */
function billedSeconds({ pace: { spanSeconds } }: ServicePlan, { seconds }: Run, assumed: Assumed): number {
  const { latenessSeconds, coldShare, coldSeconds } = assumed;
  return Math.max(0, spanSeconds - latenessSeconds) + seconds + coldShare * coldSeconds;
}

/**
 * Returns the usage of the state table: two writes for each tick, a run record for each failed run, and the read of run
 * records for each trip.
 */
function storeUsage(
  { consecutive }: ServicePlan,
  { ticks, failures }: { readonly ticks: number; readonly failures: number },
  { stateKb, recordKb }: Assumed,
): Usage {
  const trips = consecutive === undefined ? 0 : failures / consecutive;
  const recordsKept = failures * (RECORD_RETENTION_DAYS / MONTH_DAYS);
  const storedGb = (stateKb + recordsKept * recordKb) / KB_A_GB;
  return {
    dynamoWrites: ticks * 2 * Math.ceil(stateKb) + failures * Math.ceil(recordKb),
    dynamoReads: trips * readUnits(RECORDS_A_REPORT * recordKb),
    dynamoStorage: storedGb,
    dynamoBackup: storedGb,
  };
}

function readUnits(kilobytes: number): number {
  return Math.ceil(kilobytes / KB_A_READ);
}

interface Lines {
  readonly ticks: number;
  readonly firings: number;
  readonly failures: number;
  readonly logKb: number;
}

function logUsage(plan: ServicePlan, { ticks, firings, failures, logKb }: Lines, assumed: Assumed): Usage {
  const { lambdaLogKb, failureLogKb, logCompression, searches } = assumed;
  const lambdaKb = plan.keepsLambdaLines ? firings * lambdaLogKb : 0;
  const written = (lambdaKb + ticks * logKb + failures * failureLogKb) / KB_A_GB;
  return {
    logIngest: written,
    logStorage: written * (plan.logRetentionDays / MONTH_DAYS) * logCompression,
    logQueries: searches * written * (SEARCHED_DAYS / MONTH_DAYS),
  };
}

function sum(one: Usage, other: Usage): Usage {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<Counted>;
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
