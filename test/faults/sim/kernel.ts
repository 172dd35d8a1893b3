/**
 * The kernel of the simulator: it alone decides who goes on, and what time it is. Whatever a process waits for is a
 * gate that is held here until somebody opens it; a process that dies has no gates any more, so nothing of it goes on.
 * The same gates opened in the same order always give the same run.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../lib/time/index.ts';
import {
  type AnswerFate,
  type Ending,
  type Gate,
  type Late,
  type Machine,
  type Process,
  type RequestFate,
  timeOf,
} from './gate.ts';

/** How long a client waits for an answer, in milliseconds. */
const REQUEST_TIMEOUT = 1_000;

export class Kernel {
  readonly gates: Gate[] = [];
  readonly late: Late[] = [];
  readonly processes: Process[] = [];
  /** What happened, in words; kept only where somebody wants to read it. */
  readonly tickEvent: string[] | undefined;
  readonly #begin: number;
  /** The true time, in epoch milliseconds. */
  now: number;

  constructor(now: number, isReported = false) {
    this.now = now;
    this.#begin = now;
    this.tickEvent = isReported ? [] : undefined;
  }

  /** Adds a line to the story. */
  report(what: string): void {
    this.tickEvent?.push(`${((this.now - this.#begin) / 1_000).toFixed(1).padStart(8)} s  ${what}`);
  }

  /** What a machine's clock shows. */
  clockOf({ machine }: Process): number {
    return this.now + machine.offset;
  }

  /** A new process on a machine, ended after `lifetime` milliseconds. */
  start(machine: Machine, lifetime: number): Process {
    const process: Process = { id: this.processes.length + 1, machine, killAt: this.now + lifetime };
    this.processes.push(process);
    this.report(`process ${process.id} starts on ${machine.name}`);
    return process;
  }

  /** Holds a process before its request has its effect; one that is given up may have it later. */
  request(process: Process, label: string, abandon?: AbortSignal): Promise<RequestFate> {
    const timesOutAt = this.now + REQUEST_TIMEOUT;
    return this.#held(process, (open) =>
      this.#unless(abandon, 'late', { kind: 'request', process, label, timesOutAt, open }),
    );
  }

  /** Holds a process before an answer reaches it. */
  answer(process: Process, label: string, abandon?: AbortSignal): Promise<AnswerFate> {
    const timesOutAt = this.now + REQUEST_TIMEOUT;
    return this.#held(process, (open) =>
      this.#unless(abandon, 'lost', { kind: 'answer', process, label, timesOutAt, open }),
    );
  }

  /** A gate that opens by itself once nobody waits behind it any more. */
  #unless<Fate extends string>(
    abandon: AbortSignal | undefined,
    fate: Fate,
    gate: Gate & { open(fate: Fate): void },
  ): Gate {
    const give = () => {
      if (!this.gates.includes(gate)) return;
      this.take(gate);
      gate.open(fate);
    };
    abandon?.addEventListener('abort', give, { once: true });
    return gate;
  }

  /** Holds a process between two steps of its own. */
  step(process: Process, label: string): Promise<void> {
    return this.#held(process, (open) => ({ kind: 'step', process, label, open }));
  }

  /** The clock that a process is given. */
  clock(process: Process): Clock {
    return {
      now: () => this.clockOf(process),
      sleep: (ms, signal) => this.#sleep(process, Math.max(0, ms), signal),
    };
  }

  /** Those that may go on now: everybody but who sleeps. */
  get ready(): Gate[] {
    return this.gates.filter((gate) => gate.kind !== 'sleep' || gate.isDue());
  }

  get living(): Process[] {
    return this.processes.filter(({ ending }) => ending === undefined);
  }

  /** Takes the gate off those that are held; whoever calls opens it. */
  take(gate: Gate): void {
    const index = this.gates.indexOf(gate);
    if (index >= 0) this.gates.splice(index, 1);
  }

  /** Lets everybody run up to the next gate. */
  giveWay(): Promise<void> {
    return nextTurn();
  }

  /** Opens a gate as if nothing were wrong, and lets its process run up to the next. */
  async open(gate: Gate): Promise<void> {
    this.take(gate);
    if (gate.kind === 'request' || gate.kind === 'answer') gate.open('ok');
    else gate.open();
    await this.giveWay();
  }

  /** Ends a process: nothing of it happens any more. */
  end(process: Process, ending: Ending): void {
    if (process.ending !== undefined) return;
    process.ending = ending;
    this.report(`process ${process.id} ${ending}`);
    for (const gate of this.gates.filter((one) => one.process === process)) this.take(gate);
  }

  /** Time passes in which nobody does anything: processes whose end has come by then are ended. */
  skip(ms: number): void {
    this.now += ms;
    this.#endTheOverdue();
  }

  /** Time passes: who sleeps wakes when it is time, and who waits for the database waits only so long. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let next = this.#firstUntil(until); next !== undefined; next = this.#firstUntil(until)) {
      this.now = Math.max(this.now, Math.min(timeOf(next), until));
      this.#endTheOverdue();
      if (this.gates.includes(next)) await this.#comes(next);
    }
    this.now = Math.max(this.now, until);
    this.#endTheOverdue();
  }

  /** The gate's time has come. A request that is given up may still be on its way. */
  async #comes(gate: Gate): Promise<void> {
    this.take(gate);
    if (gate.kind === 'sleep') gate.open();
    if (gate.kind === 'request') gate.open('late');
    if (gate.kind === 'answer') gate.open('lost');
    await this.giveWay();
  }

  #firstUntil(until: number): Gate | undefined {
    let first: Gate | undefined;
    for (const gate of this.gates) {
      if (timeOf(gate) > until && !(gate.kind === 'sleep' && gate.isDue())) continue;
      if (first === undefined || timeOf(gate) < timeOf(first)) first = gate;
    }
    return first;
  }

  #endTheOverdue(): void {
    for (const process of this.living) {
      if (process.killAt <= this.now) this.end(process, 'died');
    }
  }

  #sleep(process: Process, ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const wakesAt = this.now + ms;
    const byTheClock = this.clockOf(process) + ms;
    return this.#held<void>(process, (open) => {
      const wake = () => {
        this.take(gate);
        signal?.removeEventListener('abort', wake);
        open();
      };
      const gate: Gate = {
        kind: 'sleep',
        process,
        label: `sleep ${ms}`,
        wakesAt,
        isDue: () => this.now >= wakesAt || this.clockOf(process) >= byTheClock,
        open: wake,
      };
      signal?.addEventListener('abort', wake, { once: true });
      return gate;
    });
  }

  #held<Opened>(process: Process, gateWith: (open: (opened: Opened) => void) => Gate): Promise<Opened> {
    return new Promise((open) => {
      const gate = gateWith((opened) => {
        this.report(`process ${process.id} goes on: ${gate.label}${typeof opened === 'string' ? ` (${opened})` : ''}`);
        open(opened);
      });
      if (process.ending === undefined) this.gates.push(gate);
    });
  }
}
