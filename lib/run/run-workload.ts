import type { Outcome } from '../rules/index.ts';
import { classifySafely, type Exhausted, exhaustionIn, type Service } from '../service/index.ts';
import { summarizeError } from '../text/index.ts';
import { type Ending, runUnderDeadline } from './deadline.ts';
import { type RunCursor, type RunSurroundings, runContext } from './run-context.ts';

/** The result of a run that has ended, with or without an outcome. */
export interface WorkloadRun {
  /** How the run ended; absent if the run yielded, since its process stops. */
  readonly outcome?: Outcome;
  /** The value that the workload threw, or the error of a run that timed out. */
  readonly error?: unknown;
  readonly result?: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** Whether the workload still runs after the end of its run; then it can go on until its process ends. */
  readonly abandoned: boolean;
  /**
   * The resource that is exhausted according to `error`: the process (such as its memory) or the disk; absent if
   * neither.
   */
  readonly exhausted?: Exhausted;
  readonly cursor?: string;
}

/**
 * Runs the service's workload once. The returned promise never rejects: an error of the workload becomes the outcome of
 * the run.
 */
export async function runWorkload(service: Service, surroundings: RunSurroundings): Promise<WorkloadRun> {
  const { clock, log, signalAt, stop } = surroundings;
  const startedAt = clock.now();
  const cursor: RunCursor = { at: surroundings.cursor, closed: false };
  log.debug(`Starting run of '${service.name}'`);
  const ending = await inScope(service, surroundings, (onUncaught) =>
    runUnderDeadline(
      async (signal) => {
        await surroundings.secrets?.refresh(signal);
        const prepared = await surroundings.prepared();
        return service.workload(runContext(service, surroundings, { signal, cursor, prepared }));
      },
      { service: service.name, signalAt, clock, stop, onUncaught },
    ),
  );
  cursor.closed = true;
  const endedAt = clock.now();
  const outcome = ending.kind === 'returned' ? SUCCEEDED : failedOutcome(service, ending, endedAt);
  if (outcome !== undefined && outcome.kind !== 'succeeded') {
    log.debug(`Run of '${service.name}' failed with ${outcome.failure.errorClass}`);
  }
  const exhausted = 'error' in ending ? exhaustionIn(ending.error) : undefined;
  if (exhausted === 'disk') log.warn(`${service.name}: ${DISK_IS_FULL}`);
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(ending.kind === 'threw' || ending.kind === 'timed-out' ? { error: ending.error } : {}),
    ...(ending.kind === 'returned' && ending.value !== undefined ? { result: ending.value } : {}),
    startedAt,
    endedAt,
    durationMs: endedAt - startedAt,
    abandoned: (ending.kind === 'threw' || ending.kind === 'timed-out') && !ending.settled,
    ...(exhausted === undefined ? {} : { exhausted }),
    ...(cursor.at === undefined ? {} : { cursor: cursor.at }),
  };
}

const DISK_IS_FULL =
  'the disk is full; ending the process would not empty it; let the workload delete what earlier runs left in the ' +
  'directory for temporary files. On Lambda that directory lasts as long as the execution environment, which any ' +
  'change of the function ends; `ephemeralStorageSize` makes it larger';

const SUCCEEDED = { kind: 'succeeded' } as const;

type Listener = (error: unknown) => void;

/**
 * Does `work` in `runScope`, if that is given. `work` gets a function that registers a listener for exceptions that no
 * code catches. Without a `runScope` such a listener is never called.
 */
function inScope(
  { name }: Service,
  { runScope, fence, scheduledFor }: RunSurroundings,
  work: (register: (listener: Listener) => void) => Promise<Ending>,
): Promise<Ending> {
  if (runScope === undefined) return work(() => {});
  let onUncaught: Listener = () => {};
  const run = { service: name, fence, ...(scheduledFor === undefined ? {} : { scheduledFor }) };
  return runScope({ ...run, onUncaught: (error) => onUncaught(error) }, () =>
    work((listener) => {
      onUncaught = listener;
    }),
  );
}

function failedOutcome(
  service: Service,
  ending: Exclude<Ending, { kind: 'returned' }>,
  endedAt: number,
): Outcome | undefined {
  if (ending.kind === 'yielded') return undefined;
  const failure = summarizeError(ending.error, endedAt);
  return ending.kind === 'timed-out'
    ? { kind: 'timed-out', failure }
    : { ...classifySafely(service.classify, ending.error), failure };
}
