/** How much of each quantity a plan uses in a month. Pure. */
import { RECORD_RETENTION_DAYS } from '../../lib/rules/index.ts';
import type { Assumed } from './assumptions.ts';
import type { Plan, ServicePlan, SharedPlan } from './plan.ts';
import type { Counted } from './prices.ts';
import { MONTH_HOURS } from './ticks.ts';

/** Quantities for a month, without those that are zero. */
export type Usage = Readonly<Partial<Record<Counted, number>>>;

const MONTH_DAYS = MONTH_HOURS / 24;
const KB_A_GB = 1024 * 1024;
/**
 * How many records the report of a trip reads in one page. The read is strongly consistent, and one unit covers 4 KB.
 */
const RECORDS_A_REPORT = 20;
const KB_A_READ = 4;
/** Opening the dashboard searches each log twice, once for failures and once for skips. Each search reads one day. */
const SEARCHED_DAYS = 2;
const REQUESTS_A_MESSAGE = 3;

/** The usage of one service. */
export function usageOf(plan: ServicePlan, assumed: Assumed): Usage {
  const { ticks, firings } = plan.pace;
  const failures = ticks * assumed.failureShare;
  return {
    schedulerInvocations: firings,
    lambdaRequests: firings,
    lambdaGbSeconds: firings * billedSeconds(plan, assumed) * (plan.memoryMb / 1024),
    ...storeUsage(plan, { ticks, failures }, assumed),
    alarms: plan.alarms,
    compositeAlarms: plan.compositeAlarms,
    // A metric is billed for the hours in which it has samples.
    metrics: plan.metrics * Math.min(1, firings / MONTH_HOURS),
    ...logUsage(plan, { ticks, firings, failures }, assumed),
  };
}

/** The usage of the shared parts of a stack, whatever its services. */
export function sharedUsage(shared: SharedPlan, assumed: Assumed): Usage {
  return { ...shared, queueRequests: assumed.messages * REQUESTS_A_MESSAGE, mails: assumed.mails };
}

/** The usage of the whole plan. */
export function totalUsage({ services, shared }: Plan, assumed: Assumed): Usage {
  return [...services.map((service) => usageOf(service, assumed)), sharedUsage(shared, assumed)].reduce(sum, {});
}

/**
 * The seconds for which an invocation is billed. An invocation with several ticks waits for the last one of its minute,
 * and is billed for waiting.
 */
function billedSeconds({ pace: { spanSeconds } }: ServicePlan, assumed: Assumed): number {
  const { runSeconds, latenessSeconds, coldShare, coldSeconds } = assumed;
  return Math.max(0, spanSeconds - latenessSeconds) + runSeconds + coldShare * coldSeconds;
}

/**
 * The usage of the state table. A tick writes the state twice; a failed tick adds its record, and a trip reads records
 * for its report.
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
    dynamoReads: trips * Math.ceil((RECORDS_A_REPORT * recordKb) / KB_A_READ),
    dynamoStorage: storedGb,
    dynamoBackup: storedGb,
  };
}

function logUsage(
  { logRetentionDays }: ServicePlan,
  { ticks, firings, failures }: { readonly ticks: number; readonly firings: number; readonly failures: number },
  { firingLogKb, tickLogKb, failureLogKb, logCompression, dashboardViews }: Assumed,
): Usage {
  const written = (firings * firingLogKb + ticks * tickLogKb + failures * failureLogKb) / KB_A_GB;
  return {
    logIngest: written,
    logStorage: written * (logRetentionDays / MONTH_DAYS) * logCompression,
    logQueries: dashboardViews * written * (SEARCHED_DAYS / MONTH_DAYS),
  };
}

function sum(one: Usage, other: Usage): Usage {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<Counted>;
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
