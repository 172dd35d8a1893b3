import type { ServiceState } from '../rules/index.ts';
import { isUnreadableState } from '../service/index.ts';
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
 * The largest number of failed runs whose errors one check reads. If more services fail at once, they most likely have
 * one common cause.
 */
const MOST_CAUSES = 25;

/**
 * Returns the changes that senders still have to send, with their texts. A change waits for a later check while its
 * service is paused, or if this check doesn't find its trouble.
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

/** Returns the changes that this check found. Changes that only earlier checks found are left out. */
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
  return !isUnreadableState(found) && found.lastSuccess !== undefined;
}

function failedRun({ watched, judgement: { found }, entry: { owed } }: Checked): RunKey[] {
  if (owed?.kind !== 'unhealthy' || isUnreadableState(found)) return [];
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
