/**
 * The SDK's attempts: a command is sent up to three times, each attempt held before it takes effect and before its
 * answer arrives. An attempt can be lost before its effect or after it, be refused by DynamoDB, or have its effect once
 * nobody waits any more.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Process, RequestFate } from './gate.ts';
import type { Kernel } from './kernel.ts';
import { type Command, documentClientOf, type SimulatedDynamo } from './simulated-dynamo.ts';

/** What the database did for an attempt. */
export interface Effect {
  readonly command: Command;
  /** What it answered, or threw. */
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** What commands are sent with. */
export interface Line {
  readonly kernel: Kernel;
  readonly dynamo: SimulatedDynamo;
  readonly process: Process;
  /** Told before an attempt has its effect, and after it. */
  readonly before: () => void;
  readonly after: (effect: Effect) => void;
  /** What the command is sent for. */
  readonly label: string;
}

const REQUEST_TRIES = 3;

/** A document client whose every attempt passes through the kernel. */
export function attempting(line: Line): DynamoDBDocumentClient {
  return documentClientOf(async (command, { abortSignal } = {}) => {
    let failure: unknown;
    for (let attempt = 1; attempt <= REQUEST_TRIES; attempt++) {
      abortSignal?.throwIfAborted();
      const outcome = await attemptOnce(line, command, { attempt, abortSignal });
      if ('failure' in outcome) failure = outcome.failure;
      else if (outcome.error !== undefined) throw outcome.error;
      else return outcome.answer;
    }
    throw failure;
  });
}

interface Attempt {
  readonly attempt: number;
  /** Whoever sends gives up: what is under way may have its effect all the same. */
  readonly abortSignal: AbortSignal | undefined;
}

async function attemptOnce(
  line: Line,
  command: Command,
  { attempt, abortSignal }: Attempt,
): Promise<Effect | { failure: unknown }> {
  const { kernel, process } = line;
  const label = `${line.label}: ${command.constructor.name.replace(/Command$/, '')}, try ${attempt}`;
  const fate = await kernel.request(process, label, abortSignal);
  if (fate !== 'ok') return { failure: failed(line, command, { fate, label }) };
  const effect = affect(line, command);
  if ((await kernel.answer(process, label, abortSignal)) === 'lost')
    return { failure: coded('ECONNRESET', 'socket hang up') };
  return effect;
}

function affect({ dynamo, before, after }: Line, command: Command): Effect {
  before();
  const effect = effectOf(dynamo, command);
  after(effect);
  return effect;
}

function effectOf(dynamo: SimulatedDynamo, command: Command): Effect {
  try {
    return { command, answer: dynamo.apply(command) };
  } catch (error) {
    return { command, error };
  }
}

function failed(line: Line, command: Command, { fate, label }: { fate: Exclude<RequestFate, 'ok'>; label: string }) {
  switch (fate) {
    case 'lost':
      return timedOut();
    case 'late':
      line.kernel.late.push({ label, land: () => void affect(line, command) });
      return timedOut();
    case 'throttled':
      return named('ProvisionedThroughputExceededException', 'the table is throttled');
    case 'unavailable':
      return named('InternalServerError', 'something is wrong with DynamoDB');
  }
}

function timedOut(): Error {
  return named('TimeoutError', 'no answer came in time');
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
