/** Runs several loops in one process (rule S5 of docs/design.md, section 4). */
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { shapeFaults } from '../service/index.ts';
import { readProperty, showValue, toSafeCause } from '../text/index.ts';
import type { Loop } from './loop.ts';
import { onStopSignal, type SignalSource } from './signals.ts';

/**
 * The error that `runMany` throws after all loops have ended, if at least one of them ended with an error. `errors`
 * contains the error of each failed loop, in the order of `services`.
 */
export class LoopsFailedError extends AggregateError {
  override readonly name = 'LoopsFailedError';
  readonly code = 'loops-failed';
  /** The names of the services whose loops ended with an error. */
  readonly services: readonly string[];

  constructor(failed: readonly { readonly name: string; readonly error: unknown }[], total: number) {
    const services = failed.map(({ name }) => name);
    super(
      failed.map(({ error }) => toSafeCause(error)),
      `runMany: ${services.length} of ${total} loops failed: ${services.join(', ')}; each of the others went on to its own end`,
    );
    this.services = services;
  }
}

/**
 * Starts all loops. One handler for SIGINT and SIGTERM stops all of them, in place of a handler for each loop. If a
 * loop fails, its error is logged at once and the other loops go on; `runMany` rejects when all loops have ended.
 * @throws LoopsFailedError, an AggregateError that names the loops that failed
 */
export async function runMany(
  loops: readonly Loop[],
  options: { readonly signals?: SignalSource } = {},
): Promise<void> {
  const given: readonly unknown[] = Array.isArray(loops) ? loops : [];
  const faults = [
    ...optionFault(Array.isArray(loops), 'loops', 'a list of loops', showValue(loops)),
    ...given.flatMap((loop, index) =>
      optionFault(isLoop(loop), `loops[${index}]`, 'the result of createLoop', showValue(loop)),
    ),
    ...shapeFaults(options, { signals: 'object' }),
  ];
  if (faults.length > 0) throw new InvalidOptionsError('runMany', faults);
  const stopAll = () => {
    for (const loop of loops) void loop.stop();
  };
  const forgetSignals = onStopSignal(stopAll, options.signals);
  try {
    const ends = await Promise.allSettled(loops.map((loop) => loop.start(undefined, { handleSignals: false })));
    const failed = loops.flatMap(({ name }, index) => {
      const end = ends[index];
      return end?.status === 'rejected' ? [{ name, error: end.reason as unknown }] : [];
    });
    if (failed.length > 0) throw new LoopsFailedError(failed, loops.length);
  } finally {
    forgetSignals();
  }
}

function isLoop(loop: unknown): boolean {
  return ['start', 'stop'].every((method) => typeof readProperty(loop, method) === 'function');
}
