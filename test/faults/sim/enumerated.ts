/**
 * Not sampled but enumerated: for one invocation of each kind, a crash at every gate it passes, and every fault at
 * every attempt of every request. Each is played with a second delivery afterwards, or beside it, and then the service
 * is held to its promises.
 */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import { MINUTE } from '../../../lib/time/index.ts';
import type { Gate, Process, RequestFate } from './gate.ts';
import { dueOf, type Kind, RUN_ONCE, serviceOf, wayNamed } from './kinds.ts';
import { endFaults, judgeQuiet } from './quiet.ts';
import { Simulation } from './simulation.ts';
import type { Tally } from './tally.ts';
import { SUCCESS, type Way } from './workloads.ts';

/**
 * What strikes at a gate, or happens elsewhere while a process waits there: an operator resumes the service, or a run
 * takes over.
 */
const STRIKES = [
  'crash',
  'lost',
  'late',
  'throttled',
  'unavailable',
  'answer lost',
  'resumed',
  'overtaken',
  'answer lost, and resumed',
  'answer lost, and overtaken',
] as const;
type Strike = (typeof STRIKES)[number];

/** One case: what strikes where, and how often in a row. */
export interface Case {
  readonly kind: Kind;
  readonly strike: Strike;
  /** Which of the gates that the invocation passes, from 0. */
  readonly gate: number;
  /** How many attempts in a row it strikes. */
  readonly times: number;
  /** Whether the second delivery comes beside the first or after it. */
  readonly second: 'beside' | 'after';
  readonly returnsOldItem: boolean;
}

/** What is enumerated: all of it, or what most of it comes down to. */
export interface Extent {
  readonly strikes: readonly Strike[];
  readonly times: readonly number[];
  readonly seconds: readonly Case['second'][];
  readonly returnsOldItem: readonly boolean[];
}

export const ALL: Extent = {
  strikes: STRIKES,
  times: [1, 2, 3],
  seconds: ['after', 'beside'],
  returnsOldItem: [true, false],
};
/** To the code a request that is refused for the moment is one that is lost. */
export const SHORT: Extent = {
  strikes: STRIKES.filter((one) => one !== 'throttled' && one !== 'unavailable'),
  times: [1, 3],
  seconds: ['after'],
  returnsOldItem: [true],
};

/** Plays every case of a kind. Gives those that broke a promise, in words. */
export async function enumerate(kind: Kind, extent: Extent, tally: Tally): Promise<string[]> {
  const broken: string[] = [];
  for (const one of await casesOf(kind, extent)) {
    const simulation = await playCase(one);
    tally.add(simulation.tally.counts);
    tally.count('interleavings');
    tally.fault(one.strike === 'crash' ? 'crash at each gate of a tick' : `${one.strike}, at each attempt`);
    const words = `${kind.name}, ${one.strike} x ${one.times} at gate ${one.gate}, second delivery ${one.second}`;
    broken.push(...simulation.witness.violations.map((violation) => `${words}: ${violation}`));
  }
  return broken;
}

/** Every case of a kind: the gates are those that it passes when nothing strikes. */
async function casesOf(kind: Kind, { strikes: wanted, times, seconds, returnsOldItem }: Extent): Promise<Case[]> {
  const gates: Gate[] = [];
  const calm = new Simulation({ machines: 2, returnsOldItem: true });
  await livePast(calm, kind);
  await drive(calm, first(calm, kind), { kind, at: async (gate) => gates.push(gate) === 0 });
  const strikes = gates.flatMap((gate, nth) =>
    wanted
      .filter((strike) => canStrike(strike, gate))
      .flatMap((strike) => (isRepeatable(strike) ? times : [1]).map((many) => ({ strike, gate: nth, times: many }))),
  );
  return strikes.flatMap((struck) =>
    seconds.flatMap((second) =>
      returnsOldItem.map((returns) => ({ kind, ...struck, second, returnsOldItem: returns })),
    ),
  );
}

function canStrike(strike: Strike, { kind }: Gate): boolean {
  if (strike === 'crash' || strike === 'resumed' || strike === 'overtaken') return true;
  return kind === (strike.startsWith('answer lost') ? 'answer' : 'request');
}

/** What can befall several attempts in a row. */
function isRepeatable(strike: Strike): strike is Exclude<RequestFate, 'ok'> | 'answer lost' {
  return ['lost', 'late', 'throttled', 'unavailable', 'answer lost'].includes(strike);
}

async function playCase({ kind, strike, gate: target, times, second, returnsOldItem }: Case): Promise<Simulation> {
  const simulation = new Simulation({ machines: 2, returnsOldItem });
  await livePast(simulation, kind);
  let passed = 0;
  let struck = 0;
  const at = async (gate: Gate) => {
    const isTarget = passed++ === target || (struck > 0 && struck < times && canStrike(strike, gate));
    if (!isTarget) return false;
    if (struck === 0 && second === 'beside') again(simulation, kind);
    struck += 1;
    return strikeAt(simulation, { kind, strike, gate });
  };
  await drive(simulation, first(simulation, kind), { kind, at });
  if (second === 'after') again(simulation, kind);
  for (const process of simulation.kernel.living) await drive(simulation, process, { kind });
  await endFaults(simulation);
  await judgeQuiet(simulation, [serviceOf(kind)]);
  return simulation;
}

interface Struck {
  readonly kind: Kind;
  readonly strike: Strike;
  readonly gate: Gate;
}

/** True if the gate is dealt with. */
async function strikeAt(simulation: Simulation, { kind, strike, gate }: Struck): Promise<boolean> {
  const { kernel } = simulation;
  if (strike === 'crash') kernel.end(gate.process, 'died');
  if (strike.endsWith('resumed')) await meanwhile(simulation, kind, { action: 'resume' });
  if (strike.endsWith('overtaken')) await meanwhile(simulation, kind, { ...RUN_ONCE, force: true });
  if (strike === 'resumed' || strike === 'overtaken') return false;
  kernel.take(gate);
  if (gate.kind === 'answer' && strike !== 'crash') gate.open('lost');
  if (gate.kind === 'request' && isRepeatable(strike) && strike !== 'answer lost') gate.open(strike);
  await kernel.giveWay();
  return true;
}

/** Something happens on the other machine, whose clock is so far ahead that every lease is over for it. */
async function meanwhile(simulation: Simulation, kind: Kind, event: HandlerEvent): Promise<void> {
  const [, other] = simulation.machines;
  if (other === undefined) throw new Error('expected two machines');
  simulation.jump(other, 5 * MINUTE);
  const process = invoke(simulation, kind, { event, way: SUCCESS, machine: 1 });
  await simulation.kernel.giveWay();
  await drive(simulation, process, { kind: { ...kind, stopped: false } });
}

interface Driving {
  readonly kind: Kind;
  /** Sees each gate first; true if it has dealt with it. */
  readonly at?: (gate: Gate) => Promise<boolean>;
}

/** Lets a process go on until it has ended; time passes where it sleeps. */
async function drive(simulation: Simulation, process: Process, { kind, at }: Driving): Promise<void> {
  const { kernel } = simulation;
  await kernel.giveWay();
  while (process.ending === undefined) {
    const gate = nextOf(simulation, process);
    if (gate === undefined) return;
    if (gate.kind === 'sleep' && !gate.isDue()) await untilWoken(simulation, gate);
    if (process.ending !== undefined || !kernel.gates.includes(gate)) continue;
    if (kind.stopped === true && gate.kind === 'step') simulation.stop(process);
    if ((await at?.(gate)) !== true) await kernel.open(gate);
  }
}

/** Whatever it does itself comes before whatever it waits for; of several sleeps the shortest ends first. */
function nextOf({ kernel }: Simulation, process: Process): Gate | undefined {
  const own = kernel.gates.filter((gate) => gate.process === process);
  const doing = own.find((gate) => gate.kind !== 'sleep');
  if (doing !== undefined) return doing;
  const asleep = own.flatMap((gate) => (gate.kind === 'sleep' ? [gate] : []));
  return asleep.toSorted((one, other) => one.wakesAt - other.wakesAt)[0];
}

async function untilWoken({ kernel }: Simulation, gate: Extract<Gate, { kind: 'sleep' }>): Promise<void> {
  kernel.skip(Math.max(0, gate.wakesAt - kernel.now));
  await kernel.giveWay();
}

/**
 * What the service has been through. A process that dies does so in its run, and its lease has ended when the next tick
 * comes.
 */
async function livePast(simulation: Simulation, kind: Kind): Promise<void> {
  const { kernel } = simulation;
  for (const { event, way, crash = false } of kind.before ?? []) {
    const process = invoke(simulation, kind, { event, way: wayNamed(way) });
    await kernel.giveWay();
    const at = async (gate: Gate) => {
      if (crash && gate.kind === 'step') kernel.end(process, 'died');
      return crash && gate.kind === 'step';
    };
    await drive(simulation, process, { kind: { ...kind, stopped: false }, at });
  }
  kernel.skip(Math.max(0, dueOf(kind) - kernel.now));
}

function first(simulation: Simulation, kind: Kind): Process {
  return invoke(simulation, kind, { event: kind.event, way: wayNamed(kind.way) });
}

/** The same event once more, on the other machine, whose workload succeeds. */
function again(simulation: Simulation, kind: Kind): Process {
  return invoke(simulation, kind, { event: kind.event, way: SUCCESS, machine: 1 });
}

interface Wanted {
  readonly event: HandlerEvent;
  readonly way: Way;
  readonly machine?: number;
}

function invoke(simulation: Simulation, kind: Kind, { event, way, machine: nth = 0 }: Wanted): Process {
  const machine = simulation.machines[nth];
  if (machine === undefined) throw new Error(`there is no machine ${nth}`);
  return simulation.invoke({ simulated: serviceOf(kind), machine, event, ways: [way] });
}
