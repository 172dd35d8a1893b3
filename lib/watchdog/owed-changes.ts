/** The changes that are owed to senders, described from what a check found. */
import type { ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { changeOf } from './change-texts.ts';
import type { Checked } from './changes.ts';
import type { Change } from './notice.ts';
import type { CheckContext, RunKey, StatesReader } from './ports.ts';

/** A change, and the names of the senders that have not taken it. */
export interface OwedChange {
  readonly change: Change;
  readonly senders: readonly string[];
}

/** How many causes of failures are read at most; with more services at once, one cause is most likely behind them. */
const MOST_CAUSES = 25;

/**
 * Describes everything that is owed. What can't be described now, since the service is paused meanwhile, stays owed.
 * The newest failure is read only for services that fail; without it a change has no cause.
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

/** The changes that this check found, without those that earlier checks could not send. */
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

/** The key of the newest run of a failing service, which has failed. */
function failedRun({ watched, judgement: { found }, entry: { owed } }: Checked): RunKey[] {
  if (owed?.kind !== 'unhealthy' || found instanceof UnreadableStateError) return [];
  const newest: ServiceState['runs'][number] | undefined = found.runs.at(-1);
  return newest === undefined ? [] : [{ service: watched.name, at: newest.at, fence: found.countedUpTo }];
}

async function failuresOf(states: Pick<StatesReader, 'failures'>, keys: readonly RunKey[], context: CheckContext) {
  try {
    return await states.failures(keys, context);
  } catch {
    // The notice matters more than its cause.
    return undefined;
  }
}
