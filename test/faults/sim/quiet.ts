/**
 * The quiet after the faults: all processes are gone, the clocks are right, requests arrive once and workloads succeed.
 * Now every service has to succeed in time (promise I4), every run that died has to be counted, and no process may die
 * any more.
 */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import { invocationTimeout } from '../../../lib/service/index.ts';
import { MINUTE, toIso } from '../../../lib/time/index.ts';
import { periodOf } from './actions.ts';
import type { Machine } from './gate.ts';
import type { Reference } from './reference.ts';
import type { Simulated } from './services.ts';
import type { Simulation } from './simulation.ts';
import { SUCCESS } from './workloads.ts';

/** A quiet has more steps than this only if it never ends. */
const MOST_STEPS = 20_000;

/** Ends all faults and everybody who lives; requests that nobody waits for any more have their effect. */
export async function endFaults({ kernel, machines }: Simulation): Promise<void> {
  for (const process of kernel.living) kernel.end(process, 'died');
  for (const request of kernel.late.splice(0)) request.land();
  await kernel.giveWay();
  for (const machine of machines) machine.offset = 0;
}

/** Holds the services to promise I4, and the dead to promise I6. */
export async function judgeQuiet(simulation: Simulation, services: readonly Simulated[]): Promise<void> {
  const { kernel, witness } = simulation;
  const first = simulation.deliveries.length;
  const judged = services.map((simulated) => new Judged(simulation, simulated));
  for (let step = 0; step < MOST_STEPS && judged.some(({ over }) => !over); step++) {
    for (const one of judged) one.check();
    const [ready] = kernel.ready;
    if (ready !== undefined) await kernel.open(ready);
    else await wait(simulation, judged);
  }
  if (judged.some(({ over }) => !over)) witness.breaks('I4', 'the quiet has no end');
  const crashed = simulation.deliveries.slice(first).filter(({ process }) => process.ending === 'died');
  for (const { event } of crashed) witness.breaks('I6', `crashed in the quiet: ${JSON.stringify(event)}`);
}

/** Nobody can go on: time passes until somebody wakes, or a tick is due. */
async function wait({ kernel }: Simulation, judged: readonly Judged[]): Promise<void> {
  const sleepers = kernel.gates.flatMap((gate) => (gate.kind === 'sleep' ? [gate.wakesAt] : []));
  const next = Math.min(...sleepers, ...judged.filter(({ over }) => !over).map(({ due }) => due));
  await kernel.pass(Math.max(0, next - kernel.now));
  for (const one of judged) await one.fire();
}

/** One service in the quiet. */
class Judged {
  over = false;
  /** When its next tick, or the firing of it, is due. */
  due: number;
  readonly #simulation: Simulation;
  readonly #simulated: Simulated;
  readonly #reference: Reference;
  readonly #machine: Machine;
  #from: number;
  #limit: number;
  #counted = false;
  #resuming = false;

  constructor(simulation: Simulation, simulated: Simulated) {
    this.#simulation = simulation;
    this.#simulated = simulated;
    this.#reference = simulation.witness.reference(simulated.name);
    this.#machine = simulation.machines[0] as Machine;
    this.due = this.#nextDue();
    this.#from = simulation.kernel.now;
    this.#limit = this.#limitFrom(this.#lease + simulation.worstOffset);
  }

  /** Judges what has become of the service since the faults ended. */
  check(): void {
    const { kernel, tally, witness } = this.#simulation;
    const { loop, crashed, isRunning, pause } = this.#reference;
    if (this.over) return;
    if ((loop.lastSuccess?.from ?? 0) >= this.#from && crashed === 0 && !isRunning) {
      tally.check('I4');
      this.over = true;
    } else if (kernel.now > this.#limit) {
      const seconds = (kernel.now - this.#from) / 1_000;
      witness.breaks('I4', `${this.#simulated.name} has not succeeded within ${seconds} s of the last fault`);
      this.over = true;
    } else if (this.#waitsForSomebody()) {
      this.#resume(pause === undefined ? 'halted for good' : 'paused for good');
    } else if (!this.#counted && crashed === 0 && !isRunning) {
      // A crash that was counted can halt the service or make it back off: what it is bound by is known from here on.
      this.#counted = true;
      this.#limit = Math.max(this.#limit, this.#limitFrom(0));
    }
  }

  /** Delivers what is due. */
  async fire(): Promise<void> {
    if (this.over || this.due > this.#simulation.kernel.now) return;
    const scheduledFor = toIso(this.due);
    this.due = this.#nextDue();
    await this.#deliver({ scheduledFor });
  }

  /** Such a service is not promised anything: an operator resumes it, and it is judged from then on. */
  #resume(why: string): void {
    this.#resuming = true;
    this.#simulation.tally.count(`${why}, and resumed`);
    this.#from = this.#simulation.kernel.now;
    this.#limit = this.#limitFrom(this.#lease + this.#simulation.worstOffset);
    void this.#deliver({ action: 'resume' });
  }

  #waitsForSomebody(): boolean {
    const { halt } = this.#reference.loop;
    const { pause } = this.#reference;
    const isPaused = pause !== undefined && pause.until === undefined;
    const isHalted = halt !== undefined && halt.until === undefined && halt.build === this.#build;
    if (!isPaused && !isHalted) this.#resuming = false;
    return (isPaused || isHalted) && !this.#resuming;
  }

  /** One interval, whatever the service is bound by, and what the caller adds. */
  #limitFrom(more: number): number {
    const { now } = this.#simulation.kernel;
    const { loop, pause } = this.#reference;
    const { interval, restartAfter } = this.#service.policy;
    const ahead = (instant: number | undefined) => Math.max(0, (instant ?? now) - now);
    const bound = Math.max(
      ahead(pause?.until),
      ahead(loop.notBefore?.to),
      loop.halt === undefined || restartAfter === 'never' ? 0 : restartAfter,
      // A tick that was decided before it was due.
      ahead(loop.lastTick),
    );
    // A firing that owns several ticks comes two minutes before the last of them.
    return now + more + interval + bound + (interval < MINUTE ? 2 * MINUTE : 0);
  }

  #nextDue(): number {
    const period = periodOf(this.#simulated);
    return (Math.floor(this.#simulation.kernel.now / period) + 1) * period;
  }

  async #deliver(event: HandlerEvent): Promise<void> {
    this.#simulation.invoke({ simulated: this.#simulated, machine: this.#machine, event, ways: [SUCCESS] });
    await this.#simulation.kernel.giveWay();
  }

  /** How long a lease lasts. */
  get #lease(): number {
    return invocationTimeout(this.#service) + this.#service.leaseMargin;
  }

  get #variant() {
    const { variants } = this.#simulated;
    const variant = variants[this.#machine.variant % variants.length];
    if (variant === undefined) throw new Error(`${this.#simulated.name} has no variant`);
    return variant;
  }

  get #service() {
    return this.#variant.service;
  }

  get #build() {
    return this.#variant.build;
  }
}
