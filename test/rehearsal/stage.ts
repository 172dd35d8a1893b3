/** What the stories are played on: a deployed stack, who asks it, and what is written down. */
import { isDeepStrictEqual } from 'node:util';
import type { Aws } from './aws.ts';
import type { Cdk } from './cdk.ts';
import type { Checkout } from './checkout.ts';
import { type Deployed, idPart } from './deployed.ts';
import type { Emulator } from './emulator.ts';
import { RehearsalError } from './failure.ts';
import { deliveryOf, type Invocation, invoke, send } from './invoke.ts';
import type { Conduct, Steering } from './steering.ts';
import { inWords, type Transcript } from './transcript.ts';

/** What is there before anything is deployed. */
export interface Wings {
  readonly emulator: Emulator;
  readonly aws: Aws;
  readonly checkout: Checkout;
  readonly cdk: Cdk;
  readonly steering: Steering;
  readonly transcript: Transcript;
}

/** A stage with a deployed stack on it. */
export interface Stage extends Wings {
  readonly deployed: Deployed;
  /** The due time of a tick by its number: an hour apart, all of them past (epoch milliseconds). */
  readonly due: (tick: number) => number;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a step expects: fields of the answer, and values of metrics in the log. */
export interface Expected {
  readonly answer: Fields;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Delivers a tick as the deployed schedule of the service would, and waits for what becomes of it. */
export async function tick(
  stage: Stage,
  { service, number }: { readonly service: string; readonly number: number },
  expected: Expected,
): Promise<Invocation> {
  const delivery = await deliveryOf(stage.aws, stage.deployed, { service, scheduledFor: stage.due(number) });
  const invocation = await invoke(stage.aws, { ...delivery, awaited: Object.keys(expected.metrics ?? {}) });
  return answered(stage, `tick ${number} of ${service}, by its schedule's input`, invocation, expected);
}

/** Hands a tick over as Scheduler does, without waiting for what becomes of it. */
export async function handOver(stage: Stage, service: string, number: number): Promise<void> {
  const scheduledFor = stage.due(number);
  await send(stage.aws, await deliveryOf(stage.aws, stage.deployed, { service, scheduledFor }));
}

/** Invokes a service's function by hand. */
export async function ask(stage: Stage, service: string, payload: Fields, expected: Expected): Promise<Invocation> {
  const functionName = stage.deployed.physical('AWS::Lambda::Function', idPart(service));
  const awaited = Object.keys(expected.metrics ?? {});
  const invocation = await invoke(stage.aws, { functionName, payload, awaited });
  return answered(stage, `${service}: \`${JSON.stringify(payload)}\``, invocation, expected);
}

/** From now on the server that steered services ask does this. */
export function steer({ steering, transcript }: Wings, conduct: Conduct): void {
  steering.conduct = conduct;
  transcript.step(
    '(the server that it asks)',
    conduct === 'hang up' ? 'hangs up from now on' : `answers ${conduct} from now on`,
  );
}

/** Writes a step down whose answer must be just this. */
export function holds(transcript: Transcript, asked: string, got: Fields, expected: Fields): void {
  const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, got[name] ?? null]));
  transcript.step(asked, seen);
  if (isDeepStrictEqual(seen, expected)) return;
  throw new RehearsalError(`${transcript.current()}: ${asked}: expected ${inWords(expected)}, got ${inWords(seen)}`);
}

function answered(
  { transcript }: Stage,
  asked: string,
  invocation: Invocation,
  { answer, metrics = {} }: Expected,
): Invocation {
  if (invocation.broke) {
    const { errorMessage } = invocation.answer;
    throw new RehearsalError(`${transcript.current()}: ${asked}: the function broke: ${String(errorMessage)}`);
  }
  const figures = Object.fromEntries(
    Object.keys(metrics).map((name) => [name, invocation.metrics[name]?.value ?? null]),
  );
  holds(transcript, asked, { ...invocation.answer, ...figures }, { ...answer, ...metrics });
  return invocation;
}
