/** Promise I1 to the letter: when the effects of two runs can overlap, and that even then only one of them counts. */
import { expect, it } from 'vitest';
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import type { Gate, Machine } from './gate.ts';
import { SERVICES, type Simulated } from './services.ts';
import { DUE, Simulation } from './simulation.ts';
import { SUCCESS, WAYS, type Way } from './workloads.ts';

const SECOND = 1_000;
const poll = SERVICES[0] as Simulated;

/**
 * A run that is still busy 49 s after its start, and a second machine that asks for a run every second, its clock
 * ahead.
 */
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
    expect(tally.counts.figures).toMatchObject({ runs: 1, 'answered overlap': 49 });
    expect(tally.counts.figures['overlaps of effects, clocks apart']).toBeUndefined();
  }
});

it('effects of two runs can overlap while clocks differ by more, but the run that was overtaken writes nothing', async () => {
  const { witness, tally, dynamo } = await twoMachines(20 * SECOND);

  expect(witness.violations).toEqual([]);
  expect(tally.counts.figures).toMatchObject({
    runs: 2,
    'overlaps of effects, clocks apart': 1,
    'threw lease-lost': 1,
    'answered overlap': 34,
  });
  expect(dynamo.item('poll', 'STATE')).toMatchObject({ fence: 2, done: 2, cursor: 'after run 2' });
  expect(dynamo.item('poll', 'STATE')).not.toHaveProperty('lastTick');
});

/**
 * Two machines whose clocks are right; the first is handed an event and runs until `isThere` says that its gate is
 * reached.
 */
async function upTo(simulated: Simulated, event: HandlerEvent, isThere: (gate: Gate) => boolean): Promise<Simulation> {
  const simulation = new Simulation({ machines: 2, returnsOldItem: true });
  const { kernel, machines } = simulation;
  const never = WAYS.find(({ ends }) => ends === 'never') as Way;
  simulation.invoke({ simulated, machine: machines[0] as Machine, event, ways: [never] });
  await kernel.giveWay();
  for (let step = 0; step < 200; step++) {
    const [ready] = kernel.ready;
    if (ready !== undefined && isThere(ready)) return simulation;
    if (ready !== undefined) await kernel.open(ready);
    else await kernel.pass(SECOND);
  }
  throw new Error('the gate was never reached');
}

/** The other machine's run by hand comes as far as into its workload. */
async function runByForce(simulation: Simulation, simulated: Simulated): Promise<void> {
  const { kernel, machines } = simulation;
  const machine = machines[1] as Machine;
  const process = simulation.invoke({
    simulated,
    machine,
    event: { action: 'run-once', force: true },
    ways: [SUCCESS],
  });
  await kernel.giveWay();
  const next = () =>
    kernel.gates.find((gate) => gate.process === process && gate.kind !== 'sleep' && gate.kind !== 'step');
  for (let gate = next(); gate; gate = next()) await kernel.open(gate);
}

it('a workload that ignores its signal keeps its lease until its process has ended, also behind a commit that is not answered yet', async () => {
  const simulation = await upTo(
    poll,
    { scheduledFor: '2025-10-09T09:00:00Z' },
    ({ kind, label }) => kind === 'answer' && label.includes('commit'),
  );
  // Its end is written; it has not heard so yet, its process lives, and so may its workload.
  await runByForce(simulation, poll);

  const { witness, tally, dynamo, kernel } = simulation;
  expect(tally.counts.figures).toMatchObject({ runs: 1, 'answered overlap': 1 });
  for (let gate = kernel.ready[0]; gate; gate = kernel.ready[0]) await kernel.open(gate);
  expect(witness.violations).toEqual([]);
  expect(kernel.processes.map(({ ending }) => ending)).toEqual(['recycled', 'answered']);
  expect(dynamo.item('poll', 'STATE')).toMatchObject({ fence: 1, done: 1, cursor: 'after run 1' });
});

it('a firing of several slots that stands still keeps its lease for as long as its process may live', async () => {
  const probe = SERVICES[3] as Simulated;
  const simulation = await upTo(probe, { scheduledFor: '2025-10-09T08:59:00Z' }, ({ kind }) => kind === 'step');
  const { kernel, witness, tally, dynamo } = simulation;
  // Its run has 15 s, its process up to two minutes more, for the other slots.
  kernel.skip(21 * SECOND);
  await runByForce(simulation, probe);
  for (let step = 0; step < 50 && kernel.living.length > 0; step++) {
    const [ready] = kernel.ready;
    if (ready === undefined) await kernel.pass(SECOND);
    else await kernel.open(ready);
  }

  expect(witness.violations).toEqual([]);
  expect(tally.counts.figures).toMatchObject({ runs: 1, 'answered overlap': 1 });
  expect(kernel.processes.map(({ ending }) => ending)).toEqual(['recycled', 'answered']);
  expect(dynamo.item(probe.name, 'STATE')).toMatchObject({ fence: 1, done: 1, cursor: 'after run 1' });
});
