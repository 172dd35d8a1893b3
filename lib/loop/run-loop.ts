/**
 * Runs a service again and again in one process:
 *
 *   1. call onStart
 *   2. run the workload, update the state, print the report, call onIteration
 *   3. after a halt, a fatal error or a workload that ignores its signal, end with that error
 *   4. after the last of `loops`, or after a stop, end
 *   5. wait for the next run, then go to 2
 *   6. call onStop
 *
 * The state is kept in memory. A loop that is started again goes on with its last state.
 */
import {
  delayAfter,
  firstLoopState,
  fitTrackRecord,
  InvalidOptionsError,
  type LoopState,
  optionFault,
} from '../rules/index.ts';
import {
  environmentSecrets,
  isService,
  type Log,
  logTo,
  prepareOnce,
  refuseOptions,
  runSecrets,
  type Service,
  type Shape,
  safeLog,
  shapeFaults,
} from '../service/index.ts';
import {
  CURSOR_BYTES,
  errorClassOf,
  isRecord,
  readProperty,
  showValue,
  toLogFields,
  toLogMessage,
  toSafeError,
} from '../text/index.ts';
import {
  type Duration,
  inSeconds,
  LAST_INSTANT,
  parseDuration,
  SECOND,
  systemClock,
  systemRandom,
  toIso,
  unitHint,
} from '../time/index.ts';
import { type Carried, endOf, iterate, type LoopParts } from './iterate.ts';
import {
  type Iteration,
  type Loop,
  type LoopOptions,
  LoopRunningError,
  type Pace,
  type StartOptions,
  type StopOptions,
} from './loop.ts';
import { onStopSignal } from './signals.ts';

const PACES: readonly string[] = ['fixed-delay', 'fixed-rate'] satisfies Pace[];
const LOOP_SHAPES: Readonly<Record<string, Shape>> = {
  ...{ clock: 'object', random: 'object', log: 'object', surroundings: 'object', signals: 'object', state: 'object' },
  secrets: 'object',
  ...{ pace: 'text', cursor: 'text', handleSignals: 'flag', maxDuration: 'any', loops: 'any' },
  ...{ onStart: 'function', onStop: 'function', onIteration: 'function' },
};

/**
 * Makes a loop of the service, which its method `start` starts.
 * @throws InvalidOptionsError which names every option that is unknown or invalid
 */
export function createLoop(service: Service, options: LoopOptions): Loop {
  const name = showName(service);
  const misshapen = [...serviceFaults(service), ...shapeFaults(options, LOOP_SHAPES)];
  if (!isRecord(service) || !isRecord(options)) throw new InvalidOptionsError(name, misshapen);
  const { pace = 'fixed-delay', cursor = '' } = options;
  const faults = [
    ...misshapen,
    ...optionFault(
      typeof pace !== 'string' || PACES.includes(pace),
      'pace',
      PACES.map(showValue).join(' or '),
      showValue(pace),
    ),
    ...optionFault(
      typeof cursor !== 'string' || (Buffer.byteLength(cursor) <= CURSOR_BYTES && !/\p{Cs}/u.test(cursor)),
      'cursor',
      `well-formed text of at most ${CURSOR_BYTES} bytes`,
      showValue(cursor),
    ),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(name, faults);
  const log = service.secrets.length === 0 ? safeLog(options.log) : maskingLog(options.log);
  const { surroundings = { env: {} }, clock = systemClock } = options;
  const reader = options.secrets ?? environmentSecrets(surroundings.env, VARIABLE_NEEDED);
  const secrets = runSecrets(service, { reader, clock, log });
  return new ServiceLoop({
    ...options,
    clock,
    random: options.random ?? systemRandom,
    log,
    service,
    maxDuration: longestRun(service.name, options.maxDuration),
    pace: options.pace ?? (service.policy.kind === 'loop' ? 'fixed-rate' : 'fixed-delay'),
    runSecrets: secrets,
    prepared: prepareOnce(service, { ...surroundings, ...(secrets && { secrets: secrets.values }) }),
  });
}

const VARIABLE_NEEDED = 'give it in the option `surroundings.env`, or give a reader in the option `secrets`';

/** Makes a log for a service with secrets. It masks them, and whatever else looks like a credential. */
function maskingLog(given: Log): Log {
  const log = safeLog(given);
  return logTo((level, message, fields) =>
    log[level](toLogMessage(message), ...(fields === undefined ? [] : [toLogFields(fields)])),
  );
}

/** A fault if the value was not made by `defineService`, which always sets `policy`. */
function serviceFaults(service: unknown): string[] {
  return optionFault(isService(service), 'service', 'the result of defineService', showValue(service));
}

function showName(service: unknown): string {
  const name = readProperty(service, 'name');
  return typeof name === 'string' ? name : 'loop';
}

function longestRun(service: string, written: Duration | undefined): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  const maxDuration = parseDuration(written) ?? Number.NaN;
  const hint = unitHint(written);
  if (maxDuration > 0 && hint === '') return maxDuration;
  throw new InvalidOptionsError(service, [
    `maxDuration: expected a duration above 0, got ${showValue(written)}${hint}`,
  ]);
}

/**
 * Makes a loop of the service and starts it. It runs `loops` times, or until a signal stops it. {@link Loop.start}
 * lists the errors.
 */
export async function runLoop(service: Service, options: LoopOptions & { readonly loops?: number }): Promise<void> {
  const loop = createLoop(service, options);
  await loop.start(options.loops);
}

interface Start {
  readonly stop: AbortController;
  readonly ended: AbortController;
}

class ServiceLoop implements Loop {
  readonly name: string;
  readonly #parts: LoopParts;
  #carried: Carried;
  #start: Start | undefined;

  constructor(parts: LoopParts) {
    this.name = parts.service.name;
    this.#parts = parts;
    this.#carried = { state: firstState(parts), cursor: parts.cursor, fence: 0 };
  }

  get running(): boolean {
    return this.#start !== undefined;
  }

  get state(): LoopState {
    return this.#carried.state;
  }

  get cursor(): string | undefined {
    return this.#carried.cursor;
  }

  async start(loops?: number, options: StartOptions = {}): Promise<void> {
    refuseOptions(this.name, options, { handleSignals: 'flag' });
    if (loops !== undefined && !(Number.isInteger(loops) && loops >= 1)) {
      throw new InvalidOptionsError(this.name, [`loops: expected a whole number of 1 or more, got ${loops}`]);
    }
    if (this.running) throw new LoopRunningError(this.name);
    const start: Start = { stop: new AbortController(), ended: new AbortController() };
    this.#start = start;
    const handleSignals = options.handleSignals ?? this.#parts.handleSignals ?? true;
    const forgetSignals = handleSignals ? onStopSignal(() => void this.stop(), this.#parts.signals) : () => {};
    try {
      await this.#fromStartToStop(start.stop.signal, loops);
    } catch (error) {
      this.#parts.log.error(
        `${this.name}: the loop ended with ${errorClassOf(error)}; it runs again when it is started`,
        { error },
      );
      throw error;
    } finally {
      forgetSignals();
      this.#start = undefined;
      start.ended.abort();
    }
  }

  async stop(options: StopOptions = {}): Promise<void> {
    refuseOptions(this.name, options, { block: 'flag' });
    const { block = true } = options;
    const start = this.#start;
    if (start === undefined) return;
    start.stop.abort();
    if (!block) return;
    const { clock, log, service } = this.#parts;
    await clock.sleep(service.policy.interval, start.ended.signal);
    if (start.ended.signal.aborted) return;
    log.warn(
      `\`stop({ block: true })\` was called on ${this.name} but more than one loop interval ` +
        `(${inSeconds(service.policy.interval)} seconds) has passed. This usually means something is wrong. ` +
        'If `stop()` was called from inside the service, use `stop({ block: false })` instead.',
    );
  }

  async #fromStartToStop(stop: AbortSignal, loops: number | undefined): Promise<void> {
    const { onStart, onStop, log } = this.#parts;
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#waitFor('onStart', onStart?.(), stop);
      await this.#repeat(stop, loops);
    } catch (error) {
      failure = { error };
    }
    try {
      await this.#waitFor('onStop', onStop?.(), AbortSignal.abort());
    } catch (error) {
      if (failure === undefined) throw error;
      log.error(`${this.name}: onStop threw; the loop had failed before it`, { error });
    }
    if (failure !== undefined) throw failure.error;
  }

  async #repeat(stop: AbortSignal, loops: number | undefined): Promise<void> {
    const { clock, log } = this.#parts;
    for (let count = 1; !stop.aborted; count++) {
      const iteration = await this.#iterate(count, stop);
      if (count === loops) {
        log.debug(`${this.name} exiting after ${loops} loop(s).`);
        return;
      }
      if (stop.aborted) return;
      const wait = this.#waitAfter(iteration);
      log.debug(`Finished running ${this.name}. Next run at ${toIso(Math.min(clock.now() + wait, LAST_INSTANT))}`);
      await clock.sleep(wait, stop);
    }
  }

  async #iterate(count: number, stop: AbortSignal): Promise<Iteration> {
    const { service, log } = this.#parts;
    log.debug(`About to run ${this.name}...`);
    const iteration = await iterate(this.#parts, this.#carried, count);
    this.#carried = { state: iteration.state, cursor: iteration.cursor, fence: this.#carried.fence + 1 };
    await this.#notify(iteration, stop);
    const end = endOf(service, iteration);
    // Whoever gets the error may print it.
    if (end !== undefined) throw service.secrets.length === 0 ? end.error : toSafeError(end.error);
    return iteration;
  }

  async #notify(iteration: Iteration, stop: AbortSignal): Promise<void> {
    const { onIteration, log } = this.#parts;
    try {
      await this.#waitFor('onIteration', onIteration?.(iteration), stop);
    } catch (error) {
      log.error(`${this.name}: onIteration threw; the loop goes on`, { error });
    }
  }

  /**
   * Waits for `onStart`, `onStop` or `onIteration` without a time limit, since it may be storing the state. If it still
   * goes on one interval after `ending`, a warning is logged.
   * @param ending aborted when the loop is asked to end
   */
  async #waitFor(hook: string, answer: void | Promise<void>, ending: AbortSignal): Promise<void> {
    if (answer === undefined) return;
    const done = new AbortController();
    const watch = () => void this.#warnOf(hook, done.signal);
    if (ending.aborted) watch();
    else ending.addEventListener('abort', watch, { once: true });
    try {
      await answer;
    } finally {
      ending.removeEventListener('abort', watch);
      done.abort();
    }
  }

  async #warnOf(hook: string, done: AbortSignal): Promise<void> {
    const { clock, log, service } = this.#parts;
    const interval = Math.max(service.policy.interval, SECOND);
    await clock.sleep(interval, done);
    if (done.aborted) return;
    log.warn(
      `${this.name}: ${hook} is not done ${inSeconds(interval)} s after the loop was to end; the loop waits for it; ` +
        'give what it awaits a time limit',
    );
  }

  /**
   * How long to wait before the next run, in milliseconds: at least the time of the Retry-After header if the last run
   * failed with one.
   */
  #waitAfter({ state, outcome, startedAt }: Iteration): number {
    const { service, clock, random, pace } = this.#parts;
    const delay = delayAfter(service.policy, state, service.policy.jitterRange === undefined ? 0 : random.draw());
    const wait = pace === 'fixed-delay' ? delay : startedAt + delay - clock.now();
    const asked = outcome.kind === 'failed' ? (outcome.retryAfter ?? 0) : 0;
    return Math.max(wait, asked, 0);
  }
}

/**
 * The state with which the loop begins. The outcomes of the last runs are cut or filled to the number that the option
 * `consecutive` says, which may have changed.
 */
function firstState({ service, state }: LoopParts): LoopState {
  if (state === undefined) return firstLoopState(service.policy);
  return { ...state, trackRecord: fitTrackRecord(service.policy, state.trackRecord) };
}
