import { propagates, type RunRecord, type ServiceState } from '../rules/index.ts';
import type { ErrorSummary } from '../text/index.ts';

import type { TickContext } from './tick-context.ts';
import { beforeWriteDeadline } from './write-deadline.ts';

/**
 * The error summaries of the newest failed runs with a fence above `failuresAfter`: oldest first, at most as many as
 * the option `memory` says. If the run records can't be read in time, a warning is logged and the list is empty.
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
 * The failure in a run record, as a list of one. The list is empty if reports leave the record out: for a run without a
 * failure, a run that was never committed, and a fatal error that halted the service.
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
 * Writes the newest of the run records, as many as the option `memory` says (at least one). If a record can't be
 * written, a warning is logged and the tick goes on.
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
