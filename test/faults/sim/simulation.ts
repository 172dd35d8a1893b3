/**
 * The simulation: machines that run the real handler of each service on the real store, on a table and a time of our
 * own.
 */
import { type HandlerEvent, scheduledHandler } from '../../../lib/lambda/index.ts';
import { invocationTimeout, type Log, type RunContext, StoppedError } from '../../../lib/service/index.ts';
import { dynamoStateStore } from '../../../lib/store/index.ts';
import type { AcquireRequest, StateStore } from '../../../lib/tick/index.ts';
import { attempting, type Effect } from './attempts.ts';
import type { Ending, Machine, Process } from './gate.ts';
import { Kernel } from './kernel.ts';
import type { Visit } from './reference.ts';
import type { Simulated, Variant } from './services.ts';
import { SimulatedDynamo } from './simulated-dynamo.ts';
import { Tally } from './tally.ts';
import { Witness } from './witness.ts';
import { aborted, type Way } from './workloads.ts';

/** 2025-10-09T09:00:00Z, a due time of every service. */
export const DUE = 1_760_000_400_000;
export const TABLE = 'simulated';
const SLACK = 60_000;

export interface SimulationOptions {
  readonly machines: number;
  /** Whether the database returns the item that refused a write. */
  readonly returnsOldItem: boolean;
  /** Whether the story is written down, for a person to read. @default false */
  readonly isReported?: boolean;
}

/** What a machine is handed. */
export interface Invocation {
  readonly simulated: Simulated;
  readonly machine: Machine;
  readonly event: HandlerEvent;
  /** How its runs go, one after the other. */
  readonly ways: readonly Way[];
}

/** One invocation on its way. */
interface Delivery extends Invocation {
  readonly process: Process;
  /** When it ends, by its machine's clock. */
  readonly deadline: number;
  readonly variant: Variant;
  readonly visits: Visit[];
  readonly stop: AbortController;
  tickEvents: number;
  runs: number;
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

export class Simulation {
  readonly kernel: Kernel;
  readonly tally = new Tally();
  readonly machines: readonly Machine[];
  readonly dynamo: SimulatedDynamo;
  readonly witness: Witness;
  readonly deliveries: Delivery[] = [];
  /** How far a clock was ahead at worst: what it has stamped outlives its being set right. */
  worstOffset = 0;
  #ids = 0;

  constructor({ machines, returnsOldItem, isReported }: SimulationOptions) {
    const kernel = new Kernel(DUE, isReported);
    const { tally } = this;
    this.kernel = kernel;
    this.machines = Array.from({ length: machines }, (_, nth) => ({
      name: `machine ${nth + 1}`,
      offset: 0,
      variant: 0,
    }));
    this.witness = new Witness({ kernel, tally, returnsOldItem });
    this.dynamo = new SimulatedDynamo({ returnsOldItem, onWrite: (written) => this.witness.wrote(written) });
  }

  /** Hands an event to a machine: it runs up to its first gate. */
  invoke(invocation: Invocation): Process {
    const { simulated, machine, event } = invocation;
    const variant = simulated.variants[machine.variant % simulated.variants.length] as Variant;
    const lifetime = invocationTimeout(variant.service);
    const process = this.kernel.start(machine, lifetime);
    const stop = new AbortController();
    const deadline = this.kernel.clockOf(process) + lifetime;
    const delivery: Delivery = { ...invocation, process, deadline, variant, visits: [], stop, tickEvents: 0, runs: 0 };
    this.deliveries.push(delivery);
    this.kernel.report(`  ${simulated.name}: ${JSON.stringify(event)}`);
    this.tally.count('deliveries');
    const handler = scheduledHandler(
      { ...variant.service, workload: (context) => this.#work(delivery, context) },
      {
        environment: { table: TABLE, build: variant.build, slack: SLACK, inLambda: false, variables: {} },
        store: this.#store(delivery),
        clock: this.kernel.clock(process),
        random: { draw: () => 0.5, id: () => String(++this.#ids).padStart(36, '0') },
        log: SILENT,
        observers: [{ tickEnded: (tickEvent) => this.#reported(delivery, tickEvent) }],
        recycle: () => this.#ended(delivery, 'recycled'),
      },
    );
    const context = {
      getRemainingTimeInMillis: () => process.killAt - this.kernel.now,
      stop: stop.signal,
      closing: stop.signal,
    };
    handler(event, context).then(
      () => this.#ended(delivery, 'answered'),
      (error: unknown) => this.#ended(delivery, 'failed', error),
    );
    return process;
  }

  /** Sets a machine's clock. */
  jump(machine: Machine, offset: number): void {
    machine.offset = offset;
    this.worstOffset = Math.max(this.worstOffset, offset);
  }

  /** Asks a process to stop, as a machine does that shuts down. */
  stop(process: Process): void {
    this.deliveries.find((delivery) => delivery.process === process)?.stop.abort();
  }

  #store(delivery: Delivery): StateStore {
    const { process, simulated } = delivery;
    const on = (label: string, after: (effect: Effect) => void) => {
      const before = () => this.witness.begins();
      const line = { kernel: this.kernel, dynamo: this.dynamo, process, before, after, label };
      return dynamoStateStore(
        attempting({ ...line, label: `${simulated.name} ${label}` }),
        TABLE,
        this.kernel.clock(process),
      );
    };
    const simple = (label: string) => {
      this.#abandonedBy(delivery);
      return on(label, () => {});
    };
    return {
      acquire: async (request) => {
        const visit = this.#visit(delivery, request);
        const answer = await on('acquire', (effect) => this.witness.acquiring(visit, effect)).acquire(request);
        this.witness.answered(visit, answer);
        return answer;
      },
      commit: (claim, state, signal) => {
        this.#abandonedBy(delivery);
        const visit = this.#current(delivery);
        return on('commit', () => this.witness.committing(visit, claim)).commit(claim, state, signal);
      },
      release: (claim) => {
        const visit = this.#current(delivery);
        return on('release', () => this.witness.releasing(visit)).release(claim);
      },
      read: (service) => simple('read').read(service),
      putRun: (record) => simple('put record').putRun(record),
      failedRuns: (service, range) => simple('read records').failedRuns(service, range),
      pause: (service, pause) =>
        on('pause', () => this.witness.operator(service, { pauseUntil: pause.until })).pause(service, pause),
      resume: (service) => on('resume', () => this.witness.operator(service, 'resume')).resume(service),
    };
  }

  #visit(delivery: Delivery, request: AcquireRequest): Visit {
    const { process, simulated, variant, deadline } = delivery;
    const { offset } = process.machine;
    const visit: Visit = { process, simulated, variant, request, deadline, offset, grants: [] };
    delivery.visits.push(visit);
    this.tally.count('ticks');
    return visit;
  }

  #current({ visits }: Delivery): Visit {
    const visit = visits.at(-1);
    if (visit === undefined) throw new Error('a state was written that no tick asked for');
    return visit;
  }

  /** A run that hasn't ended when its end is written down has been abandoned. */
  #abandonedBy({ visits, process }: Delivery): void {
    const run = visits.at(-1)?.run;
    if (run === undefined || run.outcome !== undefined) return;
    run.abandoned = true;
    run.outcome = 'timed-out';
    run.endedAt = { from: this.kernel.clockOf(process), to: this.kernel.clockOf(process) };
    this.tally.count('runs abandoned');
  }

  async #work(delivery: Delivery, context: RunContext): Promise<unknown> {
    const { process, ways, simulated } = delivery;
    const visit = this.#current(delivery);
    const way = ways[delivery.runs++ % ways.length] as Way;
    const run: NonNullable<Visit['run']> = { startedAt: this.kernel.clockOf(process), abandoned: false };
    visit.run = run;
    this.tally.count('runs');
    this.witness.started(visit);
    run.cursor = `after run ${context.fence}`;
    context.saveCursor(run.cursor);
    const endRun = (outcome: NonNullable<typeof run.outcome>) => {
      if (run.outcome !== undefined) return;
      run.outcome = outcome;
      run.endedAt = { from: this.kernel.clockOf(process), to: this.kernel.clockOf(process) };
    };
    await this.kernel.step(process, `${simulated.name} run ${context.fence}, which ${way.name}`);
    if (way.ends === 'never') await new Promise(() => {});
    if (way.ends === 'returns when told' || way.ends === 'throws when told') {
      await aborted(context);
      if (way.ends === 'returns when told')
        await this.kernel.step(process, `${simulated.name} run ${context.fence} gives in`);
    }
    if (way.ends === 'returns' || way.ends === 'returns when told') return endRun('succeeded');
    const { signal } = context;
    if (signal.aborted) endRun(signal.reason instanceof StoppedError ? 'stopped' : 'timed-out');
    else endRun(way.judged?.[simulated.judges] ?? 'fatal');
    if (run.outcome === 'failed' && simulated.judges === 'tolerant') run.retryAfter = way.retryAfter;
    throw way.makeError?.();
  }

  #reported(delivery: Delivery, tickEvent: Parameters<Witness['reported']>[1]): void {
    const visit = this.#current(delivery);
    if (delivery.tickEvents === delivery.visits.length && tickEvent.reason === 'overlap') {
      this.tally.count('slots covered by a run');
      return;
    }
    delivery.tickEvents += 1;
    this.witness.reported(visit, tickEvent);
  }

  #ended(delivery: Delivery, ending: Ending, error?: unknown): void {
    const { process, visits } = delivery;
    if (process.ending !== undefined) return;
    this.kernel.end(process, ending);
    this.tally.check('I6');
    const halted = visits.some(({ written }) => written?.halts === true);
    if (ending === 'answered' && halted) this.witness.breaks('I6', 'a halt was not thrown');
    if (ending === 'failed') this.#explained(delivery, error, halted);
  }

  /** Whether what an invocation threw is what had to be thrown. */
  #explained({ visits }: Delivery, error: unknown, halted: boolean): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const lost = visits.some((visit) => visit.reported?.grant.end === 'dead');
    const explained =
      (code === 'service-halted' && halted) || (code === 'lease-lost' && lost) || code === 'store-failed';
    this.tally.count(`threw ${String(code ?? error)}`);
    if (!explained) this.witness.breaks('I6', `an invocation threw ${String(error)}`);
  }
}
