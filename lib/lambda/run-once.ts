/** Carries out a run by hand. */
import { type CheckedInput, checkInput, type InputIssue } from '../service/index.ts';
import { type Invocation, runTick } from '../tick/index.ts';
import { type RunOnceAnswer, runOnceAnswer } from './answers.ts';
import type { Composition } from './composition.ts';
import type { Request } from './event.ts';

/** The answer to a run by hand whose input was refused: nothing was done, and no lease was taken. */
export interface InvalidInputAnswer {
  readonly error: 'invalid-input';
  readonly service: string;
  /** Why the input was refused, with credentials masked: the first 10 reasons. */
  readonly issues: readonly InputIssue[];
  /** How many further reasons there are. */
  readonly more: number;
  /** The reasons in words. */
  readonly message: string;
}

/**
 * Checks the input and then runs the service once. If the input is refused, answers with the reasons; no lease is taken
 * then, and nothing is stored. The log gets only the number of reasons, since they may quote the input.
 */
export async function runOnce(
  { service, ports }: Composition,
  { force, input }: Extract<Request, { kind: 'run-once' }>,
  invocation: Invocation,
): Promise<RunOnceAnswer | InvalidInputAnswer> {
  const checked = await checkInput(service, input, ports.clock);
  if (!checked.accepted) {
    const count = checked.issues.length + checked.more;
    ports.log.warn(`${service.name}: the input of a run by hand was refused; its answer says why; nothing was done`, {
      issues: count,
    });
    return invalidInputAnswer(service.name, checked);
  }
  const tick = { kind: 'manual', force } as const;
  const tickEvent = await runTick(service, tick, { ...invocation, input: checked.value }, ports);
  return runOnceAnswer(tickEvent, ports.clock.now());
}

function invalidInputAnswer(
  service: string,
  { issues, more }: Extract<CheckedInput, { accepted: false }>,
): InvalidInputAnswer {
  const reasons = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const all = [...reasons, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return { error: 'invalid-input', service, issues, more, message: `${service}: input: ${all}; nothing was done` };
}
