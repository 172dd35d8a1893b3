/**
 * The run records of a commit: records of ended runs are written before it, and records of earlier failures are read
 * for a report.
 */

import { propagates, type RunRecord, type ServiceState } from '../rules/index.ts';
import type { ErrorSummary } from '../text/index.ts';

import type { TickContext } from './tick-context.ts';
import { beforeWriteDeadline } from './write-deadline.ts';

/**
 * The failures of earlier invocations, oldest first. If they can't be read in time, the report is shorter; the outcome
 * is not lost.
 */
export async function rememberedFailures(context: TickContext, state: ServiceState): Promise<readonly ErrorSummary[]> {
  const { service, ports } = context;
  const range = { after: state.failuresAfter, limit: service.policy.memory };
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
 * The failure in a run record, if it is remembered. A run that was never committed counts as crashed, so its own
 * failure is left out, and so is a fatal error that halted the service.
 */
function rememberedFailure(
  { service: { policy } }: TickContext,
  state: ServiceState,
  record: RunRecord,
): ErrorSummary[] {
  const { failure, outcome, fence } = record;
  const isLeftOut =
    failure === undefined || fence > state.countedUpTo || propagates(policy, { kind: outcome, failure });
  return isLeftOut ? [] : [failure];
}

/**
 * Writes run records. If a record can't be written, the state is written all the same, since an outcome is more
 * important than its record.
 */
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
