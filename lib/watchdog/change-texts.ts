/**
 * The texts in a notice about a service: what happened, the cause, what follows if nobody acts, and a command to run.
 */
import { hasOpenRun, NEVER_RUN, type ServiceState } from '../rules/index.ts';
import { isUnreadableState } from '../service/index.ts';
import { escapeControls, withoutUndefined } from '../text/index.ts';
import { toIso } from '../time/index.ts';
import { failuresOf, type Judgement, uncountedCrashes } from './judge.ts';
import type { Owed } from './memory.ts';
import { type Change, type ChangeKind, changeId, type TroubleKind } from './notice.ts';
import type { WatchedService } from './watched-service.ts';

export interface ChangeFacts {
  readonly watched: WatchedService;
  readonly judgement: Judgement;
  readonly owed: Pick<Owed, 'kind' | 'since' | 'was'>;
  /** The error of the newest failed run, as `class: message`; absent if it was not read. */
  readonly failure?: string | undefined;
}

/**
 * Makes a change with its texts. The command uses the AWS CLI for a deployed service, else npm. For an unreadable state
 * the command is `npm run repair`.
 */
export function changeOf(facts: ChangeFacts): Change {
  const { watched, judgement, owed } = facts;
  const { kind, since } = owed;
  const state = isUnreadableState(judgement.found) ? NEVER_RUN : judgement.found;
  return withoutUndefined({
    service: watched.name,
    kind,
    since,
    id: changeId({ service: watched.name, kind, since }),
    happened: `${watched.name} ${HAPPENED[kind]({ ...facts, state })}.`,
    cause: shownCause(CAUSES[kind]({ ...facts, state })),
    follows: FOLLOWS[kind]({ ...facts, state }),
    command: commandOf(kind, watched),
  });
}

/** Escapes control characters in a cause, which may contain text of another system. */
function shownCause(cause: string | undefined): string | undefined {
  return cause === undefined ? undefined : escapeControls(cause);
}

type Stated = ChangeFacts & { readonly state: ServiceState };
type Words<Result> = Readonly<Record<ChangeKind, (facts: Stated) => Result>>;

const HAPPENED: Words<string> = {
  halted: ({ state }) => `is halted since ${toIso(state.halt?.at ?? 0)}: it has stopped running`,
  'never-ran': (facts) => `has never run, though it was due at ${toIso(missedAt(facts))}`,
  overdue: (facts) => `is overdue: ${missedTick(facts)}`,
  unhealthy: ({ state, judgement }) =>
    `is failing: ${failuresIn(failuresOf(state, judgement.now))}${backingOff(state)}`,
  unreadable: () => 'does not run, since its stored state cannot be read',
  recovered: ({ state, owed }) =>
    `has recovered: a run succeeded at ${toIso(state.lastSuccess ?? 0)}, after it ${WAS[owed.was ?? 'unhealthy']} since ${toIso(owed.since)}`,
};

const WAS: Readonly<Record<TroubleKind, string>> = {
  halted: 'had been halted',
  'never-ran': 'should have run for the first time',
  overdue: 'had been overdue',
  unhealthy: 'had been failing',
  unreadable: 'had an unreadable state',
};

/** All services of a group share one function, and all miss their ticks if its code can't be loaded. */
function noStart({ watched: { deployed } }: Stated): string {
  const group = deployed?.group === undefined ? '' : `, or that of its whole group ${deployed.group},`;
  return `no start is stored: its schedule may be disabled, Scheduler may not reach it, or its code${group} cannot be loaded`;
}

const CAUSES: Words<string | undefined> = {
  halted: ({ state }) => state.halt?.cause,
  'never-ran': noStart,
  overdue: (facts) => (hasOpenRun(facts.state) ? 'its process died in that run' : noStart(facts)),
  unhealthy: ({ state, judgement, failure }) =>
    uncountedCrashes(state, judgement.now) > 0 ? 'its process died in its last run' : failure,
  unreadable: ({ judgement: { found } }) => (isUnreadableState(found) ? found.message : undefined),
  recovered: () => undefined,
};

const FOLLOWS: Words<string> = {
  halted: ({ state: { halt } }) =>
    halt?.until === undefined
      ? 'Every tick is skipped until a person resumes it or a changed build is deployed.'
      : `Every tick is skipped until its probe at ${toIso(halt.until)}, a resume, or a changed build.`,
  'never-ran': () =>
    'Nothing is done until a tick arrives. Look at its schedule and at its log; the command runs it once.',
  overdue: () => 'Nothing is done until a tick arrives. Look at its schedule and at its log; the command runs it once.',
  unhealthy: ({ state, watched }) =>
    state.backoffCount > 0
      ? 'It tries again after the backoff, and halts if it keeps failing.'
      : `It goes on at its interval of ${watched.schedule.interval / 1000} s and recovers with its first success.`,
  unreadable: () => 'Every tick ends in an error until a person repairs the state.',
  recovered: () => 'It runs on schedule again; nothing is to be done.',
};

/**
 * Returns the due time that the service missed, in epoch milliseconds. `owed.since` may be later than that, if the
 * trouble ended and began again.
 */
function missedAt({ judgement: { finding }, owed }: ChangeFacts): number {
  return finding === 'quiet' || finding === 'well' ? owed.since : finding.since;
}

function missedTick(facts: Stated): string {
  const { state } = facts;
  const missed = toIso(missedAt(facts));
  if (!hasOpenRun(state)) return `its tick of ${missed} has left no trace`;
  const { until = 0, tick } = state.lease ?? {};
  const run = tick === undefined ? `run ${state.fence}` : `run ${state.fence}, for the tick of ${toIso(tick)},`;
  return `${run} never ended (its lease ended at ${toIso(until)}), and no run has followed, though one was due at ${missed}`;
}

function failuresIn(streak: number): string {
  return streak === 1 ? 'its last run failed' : `its last ${streak} runs failed`;
}

function backingOff({ backoffCount, notBefore }: ServiceState): string {
  if (backoffCount === 0) return '';
  return notBefore === undefined ? ', and it backs off' : `, and it backs off until ${toIso(notBefore)}`;
}

const ACTIONS: Readonly<Record<Exclude<ChangeKind, 'unreadable'>, string>> = {
  halted: 'resume',
  'never-ran': 'run-once',
  overdue: 'run-once',
  unhealthy: 'status',
  recovered: 'status',
};

function commandOf(kind: ChangeKind, { name, deployed }: WatchedService): string {
  if (kind === 'unreadable') return `npx tickover repair ${name}`;
  const action = ACTIONS[kind];
  if (deployed === undefined) return `npx tickover invoke ${name} ${action}`;
  const { stack, logicalId, group } = deployed;
  const payload = JSON.stringify({ ...(group === undefined ? {} : { service: name }), action });
  const functionName =
    `aws cloudformation describe-stack-resource --stack-name ${stack} --logical-resource-id ${logicalId} ` +
    '--query StackResourceDetail.PhysicalResourceId --output text';
  return (
    `aws lambda invoke --function-name "$(${functionName})" --cli-read-timeout 0 ` +
    `--cli-binary-format raw-in-base64-out --payload '${payload}' /dev/stdout`
  );
}
