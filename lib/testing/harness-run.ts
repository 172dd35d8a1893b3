/** Runs one tick in a harness: the way of a tick as on Lambda, with the parts of the harness around it. */
import type { Tick } from '../rules/index.ts';
import { catchStrayErrors, type RunScope, type StrayErrors } from '../run/index.ts';
import {
  type Log,
  prepareOnce,
  type RunContext,
  type RunSecrets,
  runSecrets,
  type Secrets,
  type Service,
} from '../service/index.ts';
import { type Invocation, runTick, type StateStore, type TickEvent } from '../tick/index.ts';
import { inSeconds, type Random, systemClock } from '../time/index.ts';
import { givenSecrets, maskInRun } from './given-secrets.ts';
import { HARNESS_BUILD } from './harness-state.ts';
import type { PlannedRun } from './planned-runs.ts';
import { inRun, realSleep } from './real-work.ts';
import { crashedResult, type TickResult, tickResult } from './tick-result.ts';
import type { ClockedRun, VirtualClock } from './virtual-clock.ts';

/** The parts of a harness with which its runs work. */
export interface HarnessParts {
  readonly clock: VirtualClock;
  readonly store: StateStore;
  readonly random: Random;
  readonly log: Log;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The secrets of the service, by name. */
  readonly secrets: Secrets;
  /** How long one run may take, in milliseconds of real time. */
  readonly realLimit: number;
}

/** An order to run the service of a harness. */
export interface RunOrder {
  readonly tick: Tick;
  /** Returns the plan for this run when its workload would start. */
  readonly plan: () => PlannedRun | undefined;
  /** The input of a run by hand, as the service's schema returned it. */
  readonly input?: unknown;
  /** Whether the error of the run halts the service, whatever its options. @default false */
  readonly isHalting?: boolean;
}

/** A run that has been started. */
export interface StartedRun<Result> {
  readonly run: ClockedRun;
  readonly result: Promise<TickResult<Result>>;
}

/** Starts a run. */
export type StartRun = <Result>(order: RunOrder) => StartedRun<Result>;

/** The process that the runs of a harness share until one of them ends it. */
interface SimulatedProcess {
  readonly secrets: RunSecrets | undefined;
  readonly prepared: () => unknown;
  readonly strayErrors: StrayErrors;
}

/** Makes the function that starts the runs of a service. */
export function runnerOf(service: Service, parts: HarnessParts): StartRun {
  let current: SimulatedProcess | undefined;
  return <Result>({ isHalting = false, ...order }: RunOrder) => {
    current ??= startProcess(service, parts);
    const run = parts.clock.beginRun();
    const ended = maskInRun(parts.secrets);
    const one = { ...order, service: isHalting ? haltingService(service) : service, run, inside: current };
    const result = runUnderLimit<Result>(parts, one).then((tick) => {
      if (tick.recycled) current = undefined;
      return tick;
    });
    // A caller may await the result later. Until then a rejection must not count as unhandled.
    result.then(ended, ended);
    return { run, result };
  };
}

function startProcess(service: Service, parts: HarnessParts): SimulatedProcess {
  const { variables, log } = parts;
  const reader = givenSecrets(parts.secrets);
  // The time limit of the reader never passes, so it needs no virtual time.
  const clock = { now: parts.clock.now, sleep: systemClock.sleep };
  const secrets = runSecrets(service, { reader, clock, log });
  return {
    secrets,
    prepared: prepareOnce(service, { env: variables, ...(secrets && { secrets: secrets.values }) }),
    strayErrors: catchStrayErrors(log),
  };
}

/** The service with options by which each error halts it. */
function haltingService(service: Service): Service {
  return { ...service, policy: { ...service.policy, onFatal: 'halt' }, classify: () => ({ kind: 'fatal' }) };
}

/** One run with everything that belongs to it. */
interface OneRun extends RunOrder {
  readonly service: Service;
  readonly run: ClockedRun;
  readonly inside: SimulatedProcess;
}

/** Runs the tick; if that takes longer than the limit in real time, times the run out and rejects. */
async function runUnderLimit<Result>(parts: HarnessParts, one: OneRun): Promise<TickResult<Result>> {
  const { run, service } = one;
  const done = new AbortController();
  let isOver = false;
  const limit = realSleep(parts.realLimit, done.signal).then(() => {
    if (done.signal.aborted) return;
    isOver = run.force();
  });
  try {
    const result = await runOne<Result>(parts, one);
    if (result.recycled) run.abandon();
    if (isOver) throw tookTooLong(service, parts.realLimit);
    return result;
  } finally {
    run.end();
    done.abort();
    await limit;
  }
}

function runOne<Result>(parts: HarnessParts, one: OneRun): Promise<TickResult<Result>> {
  const { service, tick, run, inside, input } = one;
  const { store, random, log } = parts;
  const { prepared, secrets, strayErrors } = inside;
  let event: TickEvent | undefined;
  let recycled = false;
  const ports = {
    ...{ store, random, log, clock: run.clock },
    runScope: ((scoped, work) => inRun(() => strayErrors.runScope(scoped, work))) as RunScope,
    observers: [
      {
        tickEnded: (ended: TickEvent) => {
          event = ended;
        },
      },
    ],
    recycle: () => {
      recycled = true;
    },
  };
  const deadline = run.clock.now() + service.timeout;
  const invocation: Invocation = { deadline, build: HARNESS_BUILD, prepared, secrets, input };
  return new Promise((resolve, reject) => {
    const workload = plannedWorkload(one, (fence) => resolve(crashedResult(tick, fence)));
    runTick({ ...service, workload }, tick, invocation, ports)
      .catch((error: unknown) => {
        // Lambda throws the error of a halt, so that its metric counts it. In a test the halt is in the result.
        if (event?.verdict === 'halted') return event;
        throw error;
      })
      .then((ended) => resolve(tickResult(ended, recycled || strayErrors.count > 0)), reject);
  });
}

/** The workload with the clock of the harness, or with what is planned in its place. */
function plannedWorkload({ service, run, plan }: OneRun, onCrash: (fence: number) => void): Service['workload'] {
  return async (given) => {
    const context: RunContext = { ...given, clock: run.workloadClock };
    const planned = plan();
    if (planned?.kind === 'fail') throw planned.error;
    if (planned === undefined) return service.workload(context);
    await untilEnded(service.workload, context);
    run.abandon();
    onCrash(context.fence);
    return new Promise(() => {});
  };
}

/** Runs the workload until it has ended in any way, or until its signal fires. */
async function untilEnded(workload: Service['workload'], context: RunContext): Promise<void> {
  const { signal } = context;
  const fired = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const ended = new Promise((resolve) => resolve(workload(context))).catch(() => {});
  await Promise.race([ended, fired]);
}

function tookTooLong({ name }: Service, realLimit: number): Error {
  return new Error(
    `${name}: the run took longer than ${inSeconds(realLimit)} s of real time and was timed out; the time of a harness stands still while a workload waits for anything but context.clock: if the workload waits for its signal, call timeOut() or advance() during the run; if it needs more time, raise realLimit`,
  );
}
