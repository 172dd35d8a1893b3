/**
 * The reference: one service as it has to be, told of every effect on its item and asked what the item must look like
 * then. It knows the words of the promises and the rules of the loop; it has no store, sends nothing and waits for
 * nothing.
 */

import type { SkipReason } from '../../../lib/rules/index.ts';
import type { AcquireRequest } from '../../../lib/tick/index.ts';
import type { Process } from './gate.ts';
import { added, afresh, type Between, counted, FRESH, type Loop } from './reference-loop.ts';
import type { Simulated, Variant } from './services.ts';
import type { Outcome } from './workloads.ts';

/** A run of a workload, as the workload itself saw it. */
export interface Run {
  /** By its machine's clock. */
  readonly startedAt: number;
  outcome?: Outcome;
  endedAt?: Between;
  retryAfter?: number | undefined;
  cursor?: string;
  /** Whether it is still doing something although its time is up. */
  abandoned: boolean;
}

/** One tick on its way through one process, from its first word to its last. */
export interface Visit {
  readonly process: Process;
  readonly simulated: Simulated;
  readonly variant: Variant;
  readonly request: AcquireRequest;
  /** When its invocation ends, by its machine's clock. */
  readonly deadline: number;
  /** How far its machine's clock was ahead when it began. */
  readonly offset: number;
  /** Every lease that it took; more than one only if a request had its effect again when nobody waited any more. */
  readonly grants: Grant[];
  /** The one it was told of, and the epoch it was told. */
  reported?: { readonly grant: Grant; readonly epoch: number };
  refusal?: SkipReason | 'ours' | undefined;
  run?: Run;
  /** Whether its state is written, and what that was. */
  written?: { readonly halts: boolean; readonly outcome: Outcome | undefined };
}

/** A lease that was taken. */
export interface Grant {
  readonly visit: Visit;
  readonly fence: number;
  /** How many runs had died by then. */
  readonly crashed: number;
  /** The tick of the newest of them, where the lease tells. */
  readonly crashedTick: number | undefined;
  /** Whether the visit has to run its workload, by the epoch it was told; `undefined` where it can't be known. */
  readonly runs: Map<number, boolean | undefined>;
  /** Whether it was told of by the refusal of its own repetition. */
  repeated: boolean;
  /** How far the clock of whoever took over was ahead of its own, in milliseconds. */
  lostAhead?: number;
  end?: 'written' | 'given back' | 'dead';
}

export class Reference {
  loop: Loop = FRESH;
  fence = 0;
  epoch = 0;
  /** Runs that took the lease, never wrote their end, and were followed by another. */
  crashed = 0;
  /** Who has the lease, alive or not: its end isn't written, or its workload may still be at work. */
  holder: Grant | undefined;
  pause: { readonly until?: number } | undefined;

  /** Whether a run has begun whose end isn't written. */
  get isRunning(): boolean {
    return this.holder !== undefined && this.holder.end === undefined;
  }

  /** Why the tick may not run, or `undefined` if it may. The reasons stand in the order in which they are told. */
  refusalOf(visit: Visit): SkipReason | 'ours' | undefined {
    const { tick, now } = visit.request;
    if (this.holder !== undefined && visit.grants.includes(this.holder)) return 'ours';
    const isHeld = this.holder !== undefined && this.holder.visit.request.leaseUntil > now;
    const scheduled = tick.kind === 'scheduled' ? tick.scheduledFor : undefined;
    const decided = scheduled === undefined ? undefined : this.#decidedOrRunning(scheduled, isHeld);
    if (decided !== undefined) return decided;
    if (isHeld) return 'overlap';
    const stopped = tick.kind === 'manual' && tick.force ? undefined : this.#stopped(visit);
    if (stopped !== undefined) return stopped;
    const isTooEarly = scheduled !== undefined && (this.loop.notBefore?.from ?? scheduled) > scheduled;
    return isTooEarly && !this.#isOutdated(visit.request.build) ? 'backoff' : undefined;
  }

  #decidedOrRunning(scheduled: number, isHeld: boolean): 'duplicate' | 'late' | undefined {
    const held = this.holder?.visit.request.tick;
    const isRunning = isHeld && held?.kind === 'scheduled' && held.scheduledFor === scheduled;
    if (isRunning || scheduled === this.loop.lastTick) return 'duplicate';
    return scheduled < (this.loop.lastTick ?? Number.NEGATIVE_INFINITY) ? 'late' : undefined;
  }

  #stopped({ request: { now, build } }: Visit): 'halted' | 'paused' | undefined {
    const { halt } = this.loop;
    if (halt !== undefined && halt.build === build && (halt.until?.from ?? now + 1) > now) return 'halted';
    return this.pause !== undefined && (this.pause.until ?? now + 1) > now ? 'paused' : undefined;
  }

  /** The visit took the lease. */
  granted(visit: Visit): void {
    const before = this.holder;
    if (before !== undefined) before.lostAhead = visit.offset - before.visit.offset;
    if (before !== undefined && this.isRunning) {
      before.end = 'dead';
      this.crashed += 1;
    }
    this.fence += 1;
    const lost = before?.visit.request.tick;
    const crashedTick = lost?.kind === 'scheduled' ? lost.scheduledFor : undefined;
    const grant: Grant = {
      visit,
      fence: this.fence,
      crashed: this.crashed,
      crashedTick,
      runs: new Map(),
      repeated: false,
    };
    this.holder = grant;
    visit.grants.push(grant);
    this.#foresee();
  }

  /** Whoever holds the lease asked for it once more, and was told by the item as it left it itself. */
  repeated(): void {
    if (this.holder === undefined) return;
    this.holder.repeated = true;
    this.#foresee();
  }

  /** The visit wrote its end: its run, what it counted, or both. */
  written(visit: Visit, grant: Grant): void {
    const { request, run } = visit;
    const opened = this.#opened(grant);
    const ran = run?.outcome !== undefined && run.outcome !== 'stopped';
    const isSkipped = run === undefined && this.#isBlocked(grant, opened) !== false;
    const moved = run?.outcome === 'stopped' ? run.cursor : undefined;
    const yielded = moved === undefined ? opened : { ...opened, cursor: moved };
    this.loop = ran ? this.#ended(visit, opened) : this.#decided(visit, isSkipped, yielded);
    visit.written = { halts: this.loop.halts && request.tick.kind === 'scheduled', outcome: run?.outcome };
    grant.end = 'written';
    // Whose workload may still be at work keeps its lease.
    if (run?.abandoned !== true) this.holder = undefined;
    this.crashed = 0;
  }

  /** The visit gave its lease back. */
  released(grant: Grant): void {
    grant.end = 'given back';
    this.holder = undefined;
  }

  paused(until: number | undefined): void {
    this.pause = until === undefined ? {} : { until };
  }

  resumed(): void {
    this.loop = afresh(this.loop);
    this.pause = undefined;
    this.epoch += 1;
    this.#foresee();
  }

  /** Whether the one who holds the lease has to run its workload on what it is told by now. */
  #foresee(): void {
    const { holder } = this;
    if (holder === undefined || !this.isRunning) return;
    const isBlocked = this.#isBlocked(holder, this.#opened(holder));
    holder.runs.set(this.epoch, isBlocked === undefined ? undefined : !isBlocked);
  }

  /** Whether another build halted or backed off. */
  #isOutdated(build: string): boolean {
    const { halt, notBeforeBuild = '*' } = this.loop;
    return (halt !== undefined && halt.build !== build) || (notBeforeBuild !== '*' && notBeforeBuild !== build);
  }

  /** The service with the dead counted, as the run finds it. */
  #opened({ visit, crashed, crashedTick, repeated }: Grant): Loop {
    const { policy } = visit.variant.service;
    const { now, build } = visit.request;
    let loop: Loop = { ...(this.#isOutdated(build) ? afresh(this.loop) : this.loop), halts: false };
    const due = Math.floor(now / policy.interval) * policy.interval;
    for (let nth = 1; nth <= crashed; nth++) {
      // Behind a lost answer nobody can tell any more for which tick the last one died.
      const known = nth === crashed && crashedTick !== undefined ? [crashedTick, ...(repeated ? [due] : [])] : [due];
      const crash = { outcome: 'crashed', endedAt: { from: now, to: now }, build, manual: false } as const;
      loop = loop.halts
        ? counted(loop)
        : added(loop, policy, { ...crash, due: { from: Math.min(...known), to: Math.max(...known) } });
    }
    return loop;
  }

  /** `undefined` where it depends on a due time that nobody can tell any more. */
  #isBlocked({ visit, crashed }: Grant, loop: Loop): boolean | undefined {
    const { tick, now } = visit.request;
    if (crashed === 0) return false;
    const isHalted = loop.halt !== undefined && (loop.halt.until?.from ?? now + 1) > now;
    if (isHalted && !(tick.kind === 'manual' && tick.force)) return true;
    if (tick.kind === 'manual' || loop.notBefore === undefined) return false;
    const { from, to } = loop.notBefore;
    if (from > tick.scheduledFor) return true;
    return to > tick.scheduledFor ? undefined : false;
  }

  #ended(visit: Visit, loop: Loop): Loop {
    const { run, request, variant } = visit;
    const { tick } = request;
    const { policy } = variant.service;
    if (run?.outcome === undefined || run.outcome === 'stopped' || run.endedAt === undefined) return loop;
    const manual = tick.kind === 'manual';
    const due = manual ? Math.floor(run.startedAt / policy.interval) * policy.interval : tick.scheduledFor;
    const { outcome, endedAt, retryAfter } = run;
    const ended = { outcome, endedAt, retryAfter, manual, build: request.build, due: { from: due, to: due } };
    const next = this.#decided(visit, true, added(loop, policy, ended));
    return run.cursor === undefined ? next : { ...next, cursor: run.cursor };
  }

  #decided({ request: { tick } }: Visit, decided: boolean, loop: Loop): Loop {
    return decided && tick.kind === 'scheduled' ? { ...loop, lastTick: tick.scheduledFor } : loop;
  }
}
