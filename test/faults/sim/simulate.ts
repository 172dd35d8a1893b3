/** One interleaving: a script played to its end, and everything that was broken on the way. */
import { act } from './actions.ts';
import { endFaults, judgeQuiet } from './quiet.ts';
import type { Script } from './script.ts';
import { SERVICES, type Simulated } from './services.ts';
import { Simulation } from './simulation.ts';
import type { Tallied } from './tally.ts';

/** What came of a script. */
export interface Played {
  readonly violations: readonly string[];
  readonly counts: Tallied;
  /** What happened, in words; empty unless it was asked for. */
  readonly tickEvent: readonly string[];
}

/** Plays a script. The same script always comes to the same end. */
export async function play(script: Script, isReported = false): Promise<Played> {
  const { machines, returnsOldItem } = script;
  const simulation = new Simulation({ machines, returnsOldItem, isReported });
  const stage = { simulation, script, throttled: 0 };
  const { violations } = simulation.witness;
  for (const action of script.actions) {
    simulation.kernel.report(`${action.name} (${action.pick})`);
    await act(stage, action);
    if (violations.length > 0) break;
  }
  if (violations.length === 0) {
    simulation.kernel.report('the faults end');
    await endFaults(simulation);
    await judgeQuiet(
      simulation,
      script.services.map((place) => SERVICES[place] as Simulated),
    );
  }
  return { violations: [...violations], counts: simulation.tally.counts, tickEvent: simulation.kernel.tickEvent ?? [] };
}
