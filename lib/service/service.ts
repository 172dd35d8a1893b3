import type { Policy, PolicyOptions, Schedule } from '../rules/index.ts';
import type { Clock, Duration, Random } from '../time/index.ts';
import type { Classify } from './classify.ts';
import type { StandardSchema } from './input/standard-schema.ts';
import type { Log } from './log.ts';
import type { DeclaredSecret, SecretReference } from './secrets/declared.ts';

/** The argument of the workload: the context of one run. */
export interface RunContext<Prepared = unknown, Input = unknown> {
  readonly service: string;
  /**
   * Aborted when the time of the run is up or the process stops. Pass it to everything that waits: `fetch(url, { signal
   * })`.
   */
  readonly signal: AbortSignal;
  /** When `signal` is aborted, in epoch milliseconds; `Infinity` in a `runLoop` without the option `maxDuration`. */
  readonly deadline: number;
  /**
   * The due time of the run, in epoch milliseconds. Absent for a run by hand, and in a `runLoop` that only sleeps
   * between runs.
   */
  readonly scheduledFor?: number;
  /**
   * The number of the run, which is higher in every later run of the service. A receiver can refuse writes with a lower
   * number.
   */
  readonly fence: number;
  /**
   * Resolves if this run still owns its service: no other run has taken over the lease, and the lease has not expired.
   * Call it before a step that must not be done twice, above all after a long wait. It reads the state item once,
   * consistently (one read unit). It can't cover the time after it; for that, make the write itself conditional on
   * `fence` (docs/fenced-writes.md). In a `runLoop`, which has no lease, it always resolves.
   * @throws LeaseLostError if the run has lost its lease; the error of the store if the lease can't be read; the reason
   * of `signal` once that is aborted
   */
  readonly assertOwned: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  /** The log of the service. Each line contains the number of the run, `fence`. */
  readonly log: Log;
  /** The service's cursor, as the last run that didn't crash left it; absent if no run has saved one. */
  readonly cursor?: string;
  /**
   * Changes the cursor: states that everything before this position has been handled. So call it after a page was
   * handled, not before. The newest value is written at the end of the run, whatever its end: after a run that fails,
   * times out or yields on page 3, the next one doesn't read pages 1 and 2 again. It is lost if the process dies before
   * that write: after a crash the next run starts at the old cursor and handles the same pages again, so a page that is
   * handled twice must do no harm. After the end of the run a call has no effect.
   * @throws RangeError if `cursor` has more than 256 bytes of UTF-8, TypeError if it is no well-formed text
   */
  readonly saveCursor: (cursor: string) => void;
  /** The value that the option `prepare` returned. */
  readonly prepared: Prepared;
  /**
   * The checked input of a run by hand, as the schema `input` of the service returned it. It is `undefined` on a tick,
   * in a `runLoop`, and if the service has no `input`.
   */
  readonly input?: Input | undefined;
  /** The values of the option `secrets` by name, at most `secretsMaxAge` old at the start of the run. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The type of `prepared`, or of `input`, where TypeScript must know it before it has seen the option that determines
 * it. Its text is the hint that the error of the compiler shows.
 */
export type WrittenTooLate =
  'expected `prepare` and `input` before `workload`, or the type of their parameter: (surroundings: Surroundings) =>';

/** `undefined` instead of {@link WrittenTooLate}, which stands for a service without `prepare`, or without `input`. */
export type Known<Type> =
  (<Any>() => Any extends Type ? 1 : 2) extends <Any>() => Any extends WrittenTooLate ? 1 : 2 ? undefined : Type;

/** The argument of the option `prepare`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * The values of the option `secrets` by name. `prepare` is called once, but each property has the newest value
   * whenever it is read: read it where it is used, since a copy stays old.
   */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The options of a service. A duration is words such as `'5m'`, or milliseconds that are whole seconds. The bounds of
 * the options are in `LIMITS` of `lib/rules`. An option that is `undefined` counts as absent.
 */
export interface ServiceOptions<Prepared = unknown, Result = unknown, Input = unknown, Given = Input>
  extends PolicyOptions {
  /**
   * The name of the service, of its stored state, its function file and its metrics: lower-case letters, digits and
   * dashes.
   * @default required
   */
  readonly name: string;
  /**
   * An AWS cron expression of six fields, which sets the due times instead of `interval`. `interval` is still required,
   * since a backoff lasts a number of intervals.
   */
  readonly cron?: string | undefined;
  /** The time zone of `cron`: a name or an alias of the IANA time zone database. @default 'UTC' */
  readonly timezone?: string | undefined;
  /** How long a run may take, from its start until its state is written. @default 50 s */
  readonly timeout?: Duration | undefined;
  /**
   * The last part of `timeout`, kept for the workload to end after its signal and for writing the state. @default 5 s
   */
  readonly reserve?: Duration | undefined;
  /** How long after the start of a run its signal is aborted. @default timeout less reserve */
  readonly maxDuration?: Duration | undefined;
  /**
   * How much longer than its run a lease lasts, since the clocks of two machines can differ.
   * @default 5 s
   */
  readonly leaseMargin?: Duration | undefined;
  /**
   * The secrets of the service, which the first run fetches and the workload reads as `context.secrets`: for each name
   * (capitals, digits and `_`) where it is stored, such as `'ssm:/prod/api-token'`, or
   * `'secretsmanager:prod/db#password'` for the field `password` of a JSON object. On one machine the environment
   * variables with these names are read instead.
   * @default none
   */
  readonly secrets?: Readonly<Record<string, SecretReference>> | undefined;
  /** How long fetched secrets are used before a run fetches them again. @default 300 s */
  readonly secretsMaxAge?: Duration | undefined;
  /** Options that replace the service's own under `npm start`. */
  readonly local?: { readonly interval?: Duration | undefined } | undefined;
  /**
   * Decides which errors are transient.
   * @default {@link classifyCritical} for kind `critical`, {@link classifyLoop} for kind `loop`
   */
  readonly classify?: Classify | undefined;
  /** Receives the lines of the report about trips and recoveries, one by one. @default the log, as warnings */
  readonly printer?: ((line: string) => void) | undefined;
  /**
   * A schema that checks the input of a run by hand (`run-once`), such as one of zod: any Standard Schema, asynchronous
   * ones too. Input that it refuses is answered with its issues, and nothing runs. If a run by hand has no input, the
   * schema gets `undefined`. A tick has no input, so its workload must do without.
   * @default a run by hand with input is refused
   */
  readonly input?: StandardSchema<Given, Input> | undefined;
  /** Makes clients and settings for the workload, once per process. An error of `prepare` fails the run. */
  readonly prepare?: ((surroundings: Surroundings) => Prepared | Promise<Prepared>) | undefined;
  /**
   * Does one iteration of the duty. The return value appears in the log and in the answer of the function. @default
   * throws NotImplementedError
   */
  readonly workload?: ((context: RunContext<Known<Prepared>, NoInfer<Known<Input>>>) => Promise<Result>) | undefined;
}

/**
 * A service as `defineService` makes it, with all defaults filled in. Durations are in milliseconds. `Service` without
 * type arguments is any service.
 * @template Result the type of the value that the workload returns
 * @template Prepared the type of the value that `prepare` returns
 * @template Input the type of the input of a run by hand after its check; `undefined` if the service takes none
 * @template Given the type of that input before its check, as a caller gives it
 */
export interface Service<Result = unknown, Prepared = unknown, Input = unknown, Given = unknown> {
  readonly name: string;
  /** The options as the author wrote them. */
  readonly written: ServiceOptions;
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly timeout: number;
  readonly reserve: number;
  readonly maxDuration: number;
  readonly leaseMargin: number;
  readonly secrets: readonly DeclaredSecret[];
  readonly secretsMaxAge: number;
  /** The interval under `npm start`, in milliseconds. */
  readonly localInterval: number;
  readonly classify: Classify;
  readonly printer?: (line: string) => void;
  readonly input?: StandardSchema<Given, Input>;
  // Methods, so that a service of any types is a `Service`.
  prepare(surroundings: Surroundings): Prepared | Promise<Prepared>;
  workload(context: RunContext<Prepared, Input>): Promise<Result>;
}
