/** What each action of a script does to a simulation. */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import { MINUTE, toIso } from '../../../lib/time/index.ts';
import type { Gate, Machine } from './gate.ts';
import { type Action, type ActionName, JUMPS, PASSAGES, type Script, wayOf } from './script.ts';
import { SERVICES, type Simulated } from './services.ts';
import type { Simulation } from './simulation.ts';
import { WAYS, type Way } from './workloads.ts';

const DAY = 24 * 60 * MINUTE;
/** Whatever waits is let go on at most this often at once. */
const MOST_OPENED = 400;
const BURST = 4;

/** A stage: a simulation, the script's services, and what it remembers between actions. */
export interface Stage {
  readonly simulation: Simulation;
  readonly script: Script;
  /** How many requests are still to be throttled. */
  throttled: number;
}

type Act = (stage: Stage, pick: number) => void | Promise<void>;

const ACTS: Readonly<Record<ActionName, Act>> = {
  next(stage, pick) {
    const simulated = serviceOf(stage, pick);
    const { kernel } = stage.simulation;
    const due = (Math.floor(kernel.now / periodOf(simulated)) + 1) * periodOf(simulated);
    return pass(stage, pick, due - kernel.now + (pick % 3) * 400).then(() => fire(stage, pick, 0));
  },
  again: (stage, pick) => fire(stage, pick, 0, 'delivered twice'),
  older: (stage, pick) => fire(stage, pick, -1 - (pick % 3), 'delivered out of order'),
  ahead: (stage, pick) => fire(stage, pick, 1, 'delivered early'),
  'a day later'(stage, pick) {
    const simulated = serviceOf(stage, pick);
    return fire(stage, pick, -DAY / periodOf(simulated) - (pick % 2), 'delivered a day later');
  },
  unfilled: (stage, pick) =>
    invoke(stage, pick, { scheduledFor: '<aws.scheduler.scheduled-time>' }, 'delivered without a due time'),

  async go(stage, pick) {
    const first = picked(stage.simulation.kernel.ready, pick);
    await open(stage, first);
    for (let step = 0; step < Math.floor(pick / 10) % 8; step++) {
      await open(
        stage,
        stage.simulation.kernel.ready.find(({ process }) => process === first?.process),
      );
    }
  },
  async drain(stage) {
    for (let step = 0; step < MOST_OPENED; step++) {
      const [first] = stage.simulation.kernel.ready;
      if (first === undefined) return;
      await open(stage, first);
    }
  },
  /** Up to the write of the run's end, or to the answer of it. */
  async 'as far as the end of a run'(stage, pick) {
    const { kernel } = stage.simulation;
    const process = picked(kernel.living, pick);
    const isEnd = ({ label, kind }: Gate) =>
      /commit|release|put record/.test(label) && (kind === 'answer') === (pick % 3 === 0);
    for (let step = 0; step < MOST_OPENED; step++) {
      const gate = kernel.ready.find((one) => one.process === process);
      if (gate === undefined || isEnd(gate)) return;
      await open(stage, gate);
    }
  },

  'run once': (stage, pick) => invoke(stage, pick, { action: 'run-once' }, 'run once'),
  'run once by force': (stage, pick) => invoke(stage, pick, { action: 'run-once', force: true }, 'run once by force'),
  pause: (stage, pick) =>
    invoke(stage, pick, { action: 'pause', reason: 'r'.repeat(120), by: 'b'.repeat(32) }, 'paused'),
  'pause for a while'(stage, pick) {
    const until = stage.simulation.kernel.now + machineOf(stage, pick).offset + 2 * MINUTE;
    const event = { action: 'pause', reason: 'moving house', by: 'ada', until: toIso(until) } as const;
    return invoke(stage, pick, event, 'paused for a while');
  },
  resume: (stage, pick) => invoke(stage, pick, { action: 'resume' }, 'resumed'),
  status: (stage, pick) => invoke(stage, pick, { action: 'status' }, 'asked for the status'),

  'lose request': (stage, pick) => faulty(stage, pick, 'lost', 'request lost'),
  'delay request': (stage, pick) => faulty(stage, pick, 'late', 'request given up, in effect later'),
  throttle: (stage, pick) => faulty(stage, pick, 'throttled', 'throttled'),
  'server error': (stage, pick) => faulty(stage, pick, 'unavailable', 'server error'),
  async 'lose answer'({ simulation: { kernel, tally } }, pick) {
    const gate = picked(
      kernel.gates.filter((one) => one.kind === 'answer'),
      pick,
    );
    if (gate?.kind !== 'answer') return;
    tally.fault(`answer lost: ${operationOf(gate)}`);
    kernel.take(gate);
    gate.open('lost');
    await kernel.giveWay();
  },
  async land({ simulation: { kernel, tally } }, pick) {
    const [request] = kernel.late.splice(pick % Math.max(1, kernel.late.length), 1);
    if (request === undefined) return;
    tally.count('requests in effect after they were given up');
    request.land();
    await kernel.giveWay();
  },
  'throttle all'(stage) {
    stage.throttled += BURST;
  },
  crash({ simulation: { kernel, tally } }, pick) {
    const gate = picked(kernel.gates, pick);
    if (gate === undefined) return;
    tally.fault(`crash ${gate.kind === 'answer' ? 'after' : 'at'} a ${gate.kind === 'answer' ? 'request' : gate.kind}`);
    kernel.end(gate.process, 'died');
  },
  'crash, request under way'({ simulation: { kernel, tally } }, pick) {
    const gate = picked(
      kernel.gates.filter((one) => one.kind === 'request'),
      pick,
    );
    if (gate?.kind !== 'request') return;
    tally.fault('crash with a request under way');
    kernel.take(gate);
    gate.open('late');
    return kernel.giveWay().then(() => kernel.end(gate.process, 'died'));
  },
  async stop({ simulation }, pick) {
    const process = picked(simulation.kernel.living, pick);
    if (process === undefined) return;
    simulation.tally.fault('process asked to stop');
    simulation.stop(process);
    await simulation.kernel.giveWay();
  },
  jump(stage, pick) {
    stage.simulation.tally.fault('clock jump');
    stage.simulation.jump(machineOf(stage, pick), JUMPS[Math.floor(pick / 4) % JUMPS.length] ?? 0);
  },
  redeploy(stage, pick) {
    stage.simulation.tally.fault('redeploy');
    machineOf(stage, pick).variant = Math.floor(pick / 4) % 3;
  },

  pass: (stage, pick) => pass(stage, pick, PASSAGES[pick % PASSAGES.length] ?? 0),
  freeze({ simulation }, pick) {
    simulation.tally.fault('all processes stood still');
    simulation.kernel.skip(PASSAGES[pick % PASSAGES.length] ?? 0);
  },
};

/** Lets an action happen. */
export async function act(stage: Stage, { name, pick }: Action): Promise<void> {
  await ACTS[name](stage, pick);
}

/** How far apart the schedule fires. */
export function periodOf({ variants: [first] }: Simulated): number {
  return Math.max(MINUTE, first?.service.policy.interval ?? 0);
}

async function fire(stage: Stage, pick: number, steps: number, fault?: string): Promise<void> {
  const simulated = serviceOf(stage, pick);
  const period = periodOf(simulated);
  const scheduledFor = (Math.floor(stage.simulation.kernel.now / period) + steps) * period;
  if (scheduledFor > stage.simulation.kernel.now + machineOf(stage, pick).offset + 10 * MINUTE) return;
  await invoke(stage, pick, { scheduledFor: toIso(scheduledFor) }, fault);
}

async function invoke(stage: Stage, pick: number, event: HandlerEvent, fault?: string): Promise<void> {
  const { simulation, script } = stage;
  if (fault !== undefined) simulation.tally.fault(fault);
  const ways = [0, 1, 2].map((run) => WAYS[wayOf(pick + 7 * run, script.failing)] as Way);
  simulation.invoke({ simulated: serviceOf(stage, pick), machine: machineOf(stage, pick), event, ways });
  await simulation.kernel.giveWay();
}

/** Time passes. Mostly the database answers meanwhile; else whoever waits for it gives up. */
async function pass(stage: Stage, pick: number, ms: number): Promise<void> {
  const { kernel, tally } = stage.simulation;
  if (pick % 5 === 0) {
    tally.fault('database silent while time passes');
    return kernel.pass(ms);
  }
  const until = kernel.now + ms;
  for (let step = 0; step < MOST_OPENED; step++) {
    const waiting = kernel.gates.find((gate) => gate.kind === 'request' || gate.kind === 'answer');
    const wakes = kernel.gates.flatMap((gate) => (gate.kind === 'sleep' ? [gate.wakesAt] : []));
    const next = Math.min(until, ...wakes);
    if (waiting !== undefined) await open(stage, waiting);
    else if (kernel.now >= until) return;
    else await kernel.pass(Math.max(0, next - kernel.now));
  }
}

/** Opens a gate, unless a burst of throttling strikes it. */
async function open(stage: Stage, gate: Gate | undefined): Promise<void> {
  const { kernel, tally } = stage.simulation;
  if (gate === undefined) return;
  if (gate.kind !== 'request' || stage.throttled === 0) return kernel.open(gate);
  stage.throttled -= 1;
  tally.fault(`throttled: ${operationOf(gate)}`);
  kernel.take(gate);
  gate.open('throttled');
  await kernel.giveWay();
}

async function faulty(
  { simulation: { kernel, tally } }: Stage,
  pick: number,
  fate: 'lost' | 'late' | 'throttled' | 'unavailable',
  fault: string,
): Promise<void> {
  const gate = picked(
    kernel.gates.filter((one) => one.kind === 'request'),
    pick,
  );
  if (gate?.kind !== 'request') return;
  tally.fault(`${fault}: ${operationOf(gate)}`);
  kernel.take(gate);
  gate.open(fate);
  await kernel.giveWay();
}

/** `poll commit: Update, try 1` is the commit's. */
function operationOf({ label }: Gate): string {
  return label.replace(/^\S+ /, '').replace(/: .*/, '');
}

function picked<One>(from: readonly One[], pick: number): One | undefined {
  return from[pick % Math.max(1, from.length)];
}

function serviceOf({ script: { services } }: Stage, pick: number): Simulated {
  return SERVICES[services[Math.floor(pick / 16) % services.length] ?? 0] as Simulated;
}

function machineOf({ simulation: { machines } }: Stage, pick: number): Machine {
  return machines[pick % machines.length] as Machine;
}
