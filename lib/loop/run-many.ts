import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { shapeFaults } from '../service/index.ts';
import { ERROR_BRAND, readProperty, showValue, toSafeCause } from '../text/index.ts';
import type { Loop } from './loop.ts';
import { onStopSignal, type SignalSource } from './signals.ts';

/**
 * Thrown by `runMany` when all loops have ended, if any of them failed. `errors` contains their errors in the order of
 * `services`.
 */
export class LoopsFailedError extends AggregateError {
  override readonly name = 'LoopsFailedError';
  readonly code = 'loops-failed';
  /** @internal The brand of Tickover's errors; this class is derived from AggregateError. */
  get [ERROR_BRAND](): true {
    return true;
  }

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
 * Runs all loops until they end; SIGINT and SIGTERM stop all of them. If a loop fails, the other loops go on (rule S5
 * of docs/design.md, section 4).
 * @throws LoopsFailedError when all loops have ended, if any of them failed
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
