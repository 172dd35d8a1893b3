/** The client by which scripts and commands list, run, pause and resume services. */
import type { PauseAnswer, ResumeAnswer, StatusAnswer } from '../lambda/index.ts';
import type { Service } from '../service/index.ts';
import type { HistoryAnswer, ServiceSummary } from '../watchdog/index.ts';
import type { InputOf, ResultOf, RunAnswer, ServiceOrName } from './service-types.ts';

/** The credentials of AWS, as its SDK takes them: the keys, or a function that gets them. */
export type Credentials =
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  | (() => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>);

/** The part of a `LambdaClient` of the AWS SDK that the client of a stack uses. */
export interface FunctionInvoker {
  send(command: never, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

/** The options of a client of deployed services. It only invokes functions: one IAM action, `lambda:InvokeFunction`. */
export interface StackOptions {
  /** The name of the stack. */
  readonly stack: string;
  /** @default the SDK's own: AWS_REGION, the profile */
  readonly region?: string;
  /** @default the SDK's own: the environment, the profile, the role */
  readonly credentials?: Credentials;
  /** Another address of the Lambda API, for tests. @default that of the region */
  readonly endpoint?: string;
  /** A `LambdaClient` to use; region, credentials and endpoint are then its own. @default the client makes one */
  readonly lambda?: FunctionInvoker;
  /** The name of the watchdog's function, if the stack gave it another than `STACK-watch-services`. */
  readonly watchdog?: string;
  /**
   * Functions by name of their services, as the outputs of the stack name them. With these a stack without a watchdog
   * can be used, and `list` can ask the functions if the watchdog doesn't answer.
   * @default those that the watchdog lists
   */
  readonly functions?: Readonly<Record<string, string>>;
}

/** The options of a client that reads and writes a state table itself. */
export interface TableOptions {
  /** The name of the state table. */
  readonly table: string;
  /** The address of DynamoDB, such as that which `npm start` prints. @default that of the region */
  readonly endpoint?: string;
  /** @default the SDK's own; `us-east-1` with an endpoint outside AWS */
  readonly region?: string;
  /** @default the SDK's own; placeholders with an endpoint outside AWS */
  readonly credentials?: Credentials;
  /** The definitions of the services; a table has only their states. @default none; then no cadence is known */
  readonly services?: readonly Service[];
}

/** Either kind of options. */
export type ClientOptions = StackOptions | TableOptions;

/** The services that a client lists. */
export interface ServiceList {
  /** The instant for which the statuses hold, in ISO 8601. */
  readonly at: string;
  /** Where they come from: the watchdog, the functions one by one, or the table. */
  readonly source: 'watchdog' | 'functions' | 'table';
  /** Why something is missing in the list; `null` if nothing is. */
  readonly problem: string | null;
  /** The services, in the order of their names, and then the removed ones. */
  readonly services: readonly ServiceSummary[];
}

/** How a service is run once. */
export interface RunOptions<Input> {
  /** The input of the run, which the service checks. @default none */
  readonly input?: Input;
  /** Whether the run ignores a pause and a halt too. @default false */
  readonly force?: boolean;
}

/** How a service is paused. */
export interface PauseOptions {
  /** Text of 1 to 120 bytes. */
  readonly reason: string;
  /** When the pause ends by itself: an instant in ISO 8601, or a `Date`. @default the service is resumed by hand */
  readonly until?: string | { toISOString(): string };
  /** Who pauses it: text of 1 to 32 bytes. @default 'client' */
  readonly by?: string;
}

/** A client of the services of one stack, or of one state table. Every method rejects with ClientError alone. */
export interface Client {
  /** Lists all services with their statuses. */
  list(): Promise<ServiceList>;
  /** Returns everything that is stored about one service. */
  status(service: ServiceOrName): Promise<StatusAnswer>;
  /** Returns the last runs of one service, and its last failures: at most `limit`, by default 20. */
  history(service: ServiceOrName, options?: { readonly limit?: number }): Promise<HistoryAnswer>;
  /** Runs a service once, now, and returns how the run ended. A failure is part of the answer. */
  runOnce<S extends ServiceOrName>(service: S, options?: RunOptions<InputOf<S>>): Promise<RunAnswer<ResultOf<S>>>;
  /** Pauses a service: its ticks are skipped until the pause ends; a run under way goes on. */
  pause(service: ServiceOrName, options: PauseOptions): Promise<PauseAnswer>;
  /** Resumes a service: ends pause, halt and backoff. */
  resume(service: ServiceOrName): Promise<ResumeAnswer>;
  /**
   * Deletes everything that the table has of a service that is no longer deployed. `confirm` repeats its name.
   * @returns how many items were deleted
   */
  forget(service: string, options: { readonly confirm: string }): Promise<{ readonly deleted: number }>;
}
