/**
 * Run records around a commit: the records of ended runs are written before it, those of earlier failures are read for
 * a report.
 */

import { propagates, type RunRecord, type ServiceState } from '../rules/index.ts';
import type { ErrorSummary } from '../text/index.ts';

import type { TickContext } from './tick-context.ts';
import { beforeWriteDeadline } from './write-deadline.ts';

/** The failures of earlier invocations, oldest first. A report cut short is better than an outcome lost. */
export async function rememberedFailures(context: TickContext, state: ServiceState): Promise<readonly ErrorSummary[]> {
  const { service, ports, rules } = context;
  const range = { after: state.failuresSince, limit: rules.policy.memory };
  try {
    const records = await beforeWriteDeadline(context, () => ports.store.failedRuns(service.name, range));
    return records.toReversed().flatMap((record) => rememberedFailure(context, state, record));
  } catch (error) {
    ports.log.warn(`${service.name}: earlier failures can't be read; the report shows only this invocation's`, {
      error,
    });
    return [];
  }
}

/**
 * Runs that were never committed count as crashed, so their own failures are left out. So are fatal ones that halted.
 */
function rememberedFailure({ rules }: TickContext, state: ServiceState, record: RunRecord): ErrorSummary[] {
  const { failure, outcome, fence } = record;
  const isLeftOut = failure === undefined || fence > state.done || propagates(rules.policy, { kind: outcome, failure });
  return isLeftOut ? [] : [failure];
}

/** Writes run records. An outcome counts more than its record: if a record can't be written, the state still is. */
export async function putRecords(context: TickContext, records: readonly RunRecord[]): Promise<void> {
  const { ports, service } = context;
  for (const record of records.slice(-Math.max(1, service.policy.memory))) {
    try {
      await beforeWriteDeadline(context, () => ports.store.putRun(record));
    } catch (error) {
      ports.log.warn(
        `${service.name}: the record of run ${record.fence} can't be written; later reports will miss it`,
        { error },
      );
    }
  }
}
