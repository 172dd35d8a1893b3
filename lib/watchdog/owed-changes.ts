/** The changes that senders still have to send, with texts made from the findings of one check. */
import type { ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { changeOf } from './change-texts.ts';
import type { Checked } from './changes.ts';
import type { Change } from './notice.ts';
import type { CheckContext, RunKey, StatesReader } from './ports.ts';

/** A change, and the names of the senders that still have to send it. */
export interface OwedChange {
  readonly change: Change;
  readonly senders: readonly string[];
}

/**
 * The largest number of run records that one check reads for the causes of failures. If more services fail at once, one
 * common cause is most likely behind them.
 */
const MOST_CAUSES = 25;

/**
 * Returns the changes that senders still have to send, with their texts. A change is left for a later check while its
 * service is paused, or if this check doesn't find its trouble. The newest failure is read only for services that fail;
 * a change whose failure can't be read has no cause.
 */
export async function owedChanges(
  checks: readonly Checked[],
  states: Pick<StatesReader, 'failures'>,
  context: CheckContext,
): Promise<readonly OwedChange[]> {
  const described = checks.filter(isDescribable);
  const keys = described.flatMap(failedRun).slice(0, MOST_CAUSES);
  const failures = keys.length === 0 ? undefined : await failuresOf(states, keys, context);
  return described.flatMap(({ watched, judgement, entry: { owed } }) => {
    if (owed === undefined) return [];
    const failure = failures?.get(watched.name);
    return [{ change: changeOf({ watched, judgement, owed, failure }), senders: owed.senders }];
  });
}

/** Returns the changes that this check found, without those that earlier checks could not send. */
export function newChanges(checks: readonly Checked[], owed: readonly OwedChange[]): readonly OwedChange[] {
  const names = new Set(checks.filter(({ isNew }) => isNew).map(({ watched }) => watched.name));
  return owed.filter(({ change }) => names.has(change.service));
}

function isDescribable({ judgement: { finding, found }, entry: { owed } }: Checked): boolean {
  if (owed === undefined) return false;
  if (owed.kind === 'recovered') return finding !== 'quiet' && hasSucceeded(found);
  return finding !== 'quiet' && finding !== 'well' && finding.kind === owed.kind;
}

function hasSucceeded(found: Checked['judgement']['found']): boolean {
  return !(found instanceof UnreadableStateError) && found.lastSuccess !== undefined;
}

/**
 * Returns a list with the key of the service's newest run, which has failed, if a sender still has to send the change
 * `unhealthy` of the service; else an empty list.
 */
function failedRun({ watched, judgement: { found }, entry: { owed } }: Checked): RunKey[] {
  if (owed?.kind !== 'unhealthy' || found instanceof UnreadableStateError) return [];
  const newest: ServiceState['runs'][number] | undefined = found.runs.at(-1);
  return newest === undefined ? [] : [{ service: watched.name, at: newest.at, fence: found.countedUpTo }];
}

async function failuresOf(states: Pick<StatesReader, 'failures'>, keys: readonly RunKey[], context: CheckContext) {
  try {
    return await states.failures(keys, context);
  } catch {
    // A notice without a cause is better than none.
    return undefined;
  }
}
