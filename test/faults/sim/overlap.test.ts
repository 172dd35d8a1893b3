/** Promise I1 to the letter: when the effects of two runs can overlap, and that even then only one of them counts. */
import { expect, it } from 'vitest';
import { SERVICES, type Simulated } from './services.ts';
import { DUE, Simulation } from './simulation.ts';
import { SUCCESS } from './workloads.ts';

const SECOND = 1_000;
const poll = SERVICES[0] as Simulated;

/** A run that is still busy 49 s after its start, and a second machine that asks for a run every second, its clock ahead. */
async function twoMachines(ahead: number): Promise<Simulation> {
  const simulation = new Simulation({ machines: 2, returnsOldItem: true });
  const { kernel, machines } = simulation;
  const [one, other] = machines;
  if (one === undefined || other === undefined) throw new Error('expected two machines');
  simulation.jump(other, ahead);
  const openAll = async () => {
    for (
      let gate = kernel.ready.find(({ kind }) => kind !== 'step');
      gate;
      gate = kernel.ready.find(({ kind }) => kind !== 'step')
    )
      await kernel.open(gate);
  };
  simulation.invoke({
    simulated: poll,
    machine: one,
    event: { scheduledFor: '2025-10-09T09:00:00Z' },
    ways: [SUCCESS],
  });
  await kernel.giveWay();
  await openAll();
  while (kernel.now < DUE + 49 * SECOND) {
    kernel.skip(SECOND);
    simulation.invoke({ simulated: poll, machine: other, event: { action: 'run-once', force: true }, ways: [SUCCESS] });
    await kernel.giveWay();
    const busy = kernel.gates.filter(({ kind }) => kind === 'step').length;
    for (let gate = requestOf(simulation); gate; gate = requestOf(simulation)) await kernel.open(gate);
    if (kernel.gates.filter(({ kind }) => kind === 'step').length > busy) break;
  }
  for (const gate of kernel.gates.filter(({ kind }) => kind === 'step')) await kernel.open(gate);
  await openAll();
  return simulation;
}

function requestOf({ kernel }: Simulation) {
  return kernel.gates.find(({ kind }) => kind === 'request' || kind === 'answer');
}

it('the effects of two runs never overlap while clocks differ by no more than the margin of the lease', async () => {
  for (const ahead of [-300, -5, 0, 4, 5]) {
    const { witness, tally } = await twoMachines(ahead * SECOND);

    expect(witness.violations).toEqual([]);
    expect(tally.counts.figures).toMatchObject({ runs: 1, 'told overlap': 49 });
    expect(tally.counts.figures['overlaps of effects, clocks apart']).toBeUndefined();
  }
});

it('where they differ by more, effects can overlap, but the run that was overtaken writes nothing', async () => {
  const { witness, tally, dynamo } = await twoMachines(20 * SECOND);

  expect(witness.violations).toEqual([]);
  expect(tally.counts.figures).toMatchObject({
    runs: 2,
    'overlaps of effects, clocks apart': 1,
    'threw lease-lost': 1,
    'told overlap': 34,
  });
  expect(dynamo.item('poll', 'STATE')).toMatchObject({ fence: 2, done: 2, cursor: 'after run 2' });
  expect(dynamo.item('poll', 'STATE')).not.toHaveProperty('lastTick');
});
