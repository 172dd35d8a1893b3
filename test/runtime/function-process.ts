/**
 * A function's process as Lambda starts it: the real runtime interface client on its own Node, with Lambda's
 * environment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { DeployedFunction } from './deployed.ts';
import type { InvocationResult, ReportedError, RuntimeApi } from './runtime-api.ts';
import { runtimeApi } from './runtime-api.ts';
import type { RuntimeClient } from './runtime-client.ts';
import { telemetryIn } from './telemetry.ts';

/** A line of JSON. */
export type Line = Readonly<Record<string, unknown>>;

/** What came of an invocation; `exited` where the process ended before it told. */
export type Invoked = InvocationResult | { readonly exited: number | null };

/** All that a process wrote and told, once it has ended. */
export interface Ended {
  /** `null` if it was ended by a signal. */
  readonly code: number | null;
  readonly initErrors: readonly ReportedError[];
  /** Every line of standard output and standard error, whatever it is: Lambda files each as a log event. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** What the runtime wrote to Lambda's telemetry: its own messages, and whatever went by way of `console`. */
  readonly telemetry: readonly string[];
}

/** A function under way. */
export interface FunctionProcess {
  readonly pid: number;
  /** Invokes it with the time that its timeout gives. */
  invoke(event: unknown): Promise<Invoked>;
  /** Ends it, if it hasn't ended by itself. */
  end(): Promise<Ended>;
  /** Waits until it has ended by itself. */
  ended(): Promise<Ended>;
}

/** How a function is started. */
export interface StartOptions {
  readonly client: RuntimeClient;
  readonly deployed: DeployedFunction;
  /** Where its DynamoDB is. */
  readonly endpoint: string;
  /** In place of the template's; `undefined` leaves one out. @default the template's */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** The file descriptor by which Lambda has the runtime write to its telemetry. */
const TELEMETRY = 3;
/** Milliseconds after which a process is ended, whatever it does. */
const LONGEST_LIFE = 60_000;

/** Starts a function; it is cold until it is invoked. */
export async function startFunction(options: StartOptions): Promise<FunctionProcess> {
  const { client, deployed } = options;
  const api = await runtimeApi();
  const child = spawn(client.node, [client.client], {
    cwd: deployed.directory,
    env: definedIn({ ...lambdaEnvironment(options, api), ...deployed.variables, ...options.variables }),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: LONGEST_LIFE,
    killSignal: 'SIGKILL',
  });
  const ended = endOf(child, api);
  return {
    pid: child.pid ?? 0,
    async invoke(event) {
      const result = api.invoke({ event, deadline: Date.now() + deployed.timeout });
      return Promise.race([result, ended.then(({ code }) => ({ exited: code }))]);
    },
    ended: () => ended,
    async end() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function endOf(child: ChildProcess, api: RuntimeApi): Promise<Ended> {
  const [, , , telemetry] = child.stdio;
  const [[code], stdout, stderr, frames] = await Promise.all([
    once(child, 'close'),
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    buffer(telemetry as Readable),
  ]);
  await api.close();
  return {
    code: code as number | null,
    initErrors: api.initErrors,
    stdout: linesOf(stdout),
    stderr: linesOf(stderr),
    telemetry: telemetryIn(frames),
  };
}

function linesOf(whole: string): string[] {
  return whole.split('\n').filter((line) => line !== '');
}

/** What Lambda sets for a function, by the name that its documentation has for it. */
function lambdaEnvironment({ deployed, endpoint }: StartOptions, api: RuntimeApi): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    _HANDLER: deployed.handler,
    LAMBDA_TASK_ROOT: deployed.directory,
    AWS_LAMBDA_RUNTIME_API: api.address,
    AWS_EXECUTION_ENV: `AWS_Lambda_${deployed.runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: `tickover-${deployed.service}`,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(deployed.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/tickover-${deployed.service}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
    AWS_LAMBDA_LOG_FORMAT: deployed.logFormat,
    AWS_LAMBDA_LOG_LEVEL: 'INFO',
    _LAMBDA_TELEMETRY_LOG_FD: String(TELEMETRY),
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  };
}

function definedIn(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined = Object.entries(variables).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Record<string, string>;
}
