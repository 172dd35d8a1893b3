/** What the tests of a loop in one process share: a loop over a workload, with everything that a test looks at. */
import { createLoop, type Iteration, type LoopOptions } from '../../lib/loop/index.ts';
import { defineService, type RunContext, type ServiceOptions } from '../../lib/service/index.ts';
import { fakeClock, scriptedRandom } from '../../lib/testing/index.ts';
import { errorWith, keptLog } from './loop-kit.ts';

/** What a test says of its service. */
export type Options = Partial<ServiceOptions<unknown>>;

/** A loop over a workload, with everything that a test looks at. */
export function loopOver(
  workload: (context: RunContext, call: number) => unknown,
  options: Options = {},
  overrides: Partial<LoopOptions> = {},
) {
  const clock = fakeClock();
  const log = keptLog();
  const iterations: Iteration[] = [];
  const starts: number[] = [];
  const service = defineService({
    name: 'sweeper',
    interval: '10s',
    ...options,
    workload: async (context) => workload(context, starts.push(clock.now())),
  });
  const settings: LoopOptions = {
    clock,
    log,
    random: scriptedRandom([0.5]),
    handleSignals: false,
    onIteration: (iteration) => void iterations.push(iteration),
    ...overrides,
  };
  return { clock, log, iterations, starts, service, settings, loop: createLoop(service, settings) };
}

/** A workload that is refused. */
export const TRANSIENT = () => {
  throw errorWith('refused', { code: 'ECONNREFUSED' });
};
/** A service that tolerates every error. */
export const TOLERANT: Options = { classify: () => ({ kind: 'failed' }) };
