/** Invokes functions by the Lambda API. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LONGEST_LEASE } from '../service/index.ts';
import { readProperty, withoutUndefined } from '../text/index.ts';
import { SECOND } from '../time/index.ts';
import type { FunctionInvoker, StackOptions } from './client.ts';
import { type Asked, errorOf, functionError } from './faults.ts';

/** Invokes a function with an event and returns its answer as JSON, unchecked. */
export type Invoke = (functionName: string, event: object, asked: Asked) => Promise<unknown>;

/** How long a question may take, and how long a run, in milliseconds. */
const QUESTION_LIMIT = 30 * SECOND;
const RUN_LIMIT = LONGEST_LEASE + QUESTION_LIMIT;
const CONNECT_LIMIT = 5 * SECOND;
const QUESTION_TRIES = 3;

/**
 * Makes the function that invokes functions. A request that runs something is sent once: after a lost answer a second
 * one would run it again.
 */
export function invoker({ lambda, region, credentials, endpoint }: StackOptions): Invoke {
  const own = withoutUndefined({ region, credentials, endpoint });
  const clientFor = (maxAttempts: number, requestTimeout: number): FunctionInvoker =>
    lambda ??
    (new LambdaClient({
      ...own,
      maxAttempts,
      requestHandler: { connectionTimeout: CONNECT_LIMIT, requestTimeout, throwOnRequestTimeout: true },
    }) as FunctionInvoker);
  let asking: FunctionInvoker | undefined;
  let acting: FunctionInvoker | undefined;

  return async (functionName, event, asked) => {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) });
    try {
      asking ??= clientFor(QUESTION_TRIES, QUESTION_LIMIT);
      acting ??= clientFor(1, RUN_LIMIT);
      const answer = await (asked.acts ? acting : asking).send(command as never);
      const payload = payloadOf(readProperty(answer, 'Payload'));
      if (readProperty(answer, 'FunctionError') === undefined) return payload;
      throw functionError(payload, asked);
    } catch (error) {
      throw errorOf(error, asked);
    }
  };
}

/** What isn't JSON becomes `undefined`, which no check accepts. */
function payloadOf(payload: unknown): unknown {
  if (!(payload instanceof Uint8Array)) return undefined;
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}
