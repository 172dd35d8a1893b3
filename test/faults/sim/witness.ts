/**
 * The witness: sees every effect on the table and everything that a process is told, tells the references of it, and
 * writes down each promise that is broken.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Acquired, Claim, TickEvent } from '../../../lib/tick/index.ts';
import type { Effect } from './attempts.ts';
import { differences, readInstants, sizeFaults } from './item-check.ts';
import type { Kernel } from './kernel.ts';
import { type Grant, Reference, type Visit } from './reference.ts';
import type { Written } from './simulated-dynamo.ts';
import type { Tally } from './tally.ts';
import { isActive, lastsLongEnough } from './visits.ts';

/** Which promise a lease breaks that is taken although it may not be. */
const BROKEN = {
  ours: 'I3',
  duplicate: 'I2',
  late: 'I2',
  overlap: 'I1',
  halted: 'rules',
  paused: 'I7',
  backoff: 'rules',
};

export interface WitnessOptions {
  readonly kernel: Kernel;
  readonly tally: Tally;
  readonly returnsOldItem: boolean;
}

export class Witness {
  readonly violations: string[] = [];
  readonly #kernel: Kernel;
  readonly #tally: Tally;
  readonly #returnsOldItem: boolean;
  readonly #references = new Map<string, Reference>();
  readonly #running: Visit[] = [];
  #written: Written | undefined;

  constructor({ kernel, tally, returnsOldItem }: WitnessOptions) {
    this.#kernel = kernel;
    this.#tally = tally;
    this.#returnsOldItem = returnsOldItem;
  }

  reference(service: string): Reference {
    const known = this.#references.get(service);
    if (known !== undefined) return known;
    const reference = new Reference();
    this.#references.set(service, reference);
    return reference;
  }

  /** An item is written, by whichever effect is under way. */
  wrote(written: Written): void {
    this.#written = written;
    this.violations.push(...sizeFaults(written.after));
    this.#tally.check('I5');
  }

  /** An attempt begins to have its effect. */
  begins(): void {
    this.#written = undefined;
  }

  /** What a visit's attempt to take the lease, or to give it back because that failed, has done. */
  acquiring(visit: Visit, { command, error }: Effect): void {
    const reference = this.#of(visit);
    const written = this.#written;
    if (written === undefined) {
      const isAcquire = command instanceof UpdateCommand && command.input.ReturnValues === 'ALL_OLD';
      if (isAcquire && error instanceof ConditionalCheckFailedException) this.#refused(visit, reference);
      return;
    }
    if (written.after['leaseOwner']?.S !== visit.request.owner) {
      this.releasing(visit);
      return;
    }
    const reason = reference.refusalOf(visit);
    if (reason !== undefined) this.#break(BROKEN[reason], `a lease was taken that is refused as ${reason}`);
    if (!lastsLongEnough(visit)) this.#break('I1', `a lease was taken until ${visit.request.leaseUntil}`);
    this.#tally.check('I2');
    reference.granted(visit);
    if (visit.grants.length > 1) this.#tally.count('leases taken by a request that nobody waited for');
    this.#compare(reference, written);
  }

  #refused(visit: Visit, reference: Reference): void {
    visit.refusal = reference.refusalOf(visit);
    if (visit.refusal === undefined) this.#break('I4', 'a lease was refused although nothing stands in its way');
    if (visit.refusal === 'ours') reference.repeated();
  }

  /** What the visit was told of its wish for the lease. */
  answered(visit: Visit, answer: Acquired): void {
    const newest = visit.grants.at(-1);
    if (!answer.granted) {
      if (newest !== undefined && newest === this.#of(visit).holder)
        this.#break('I6', 'a lease was taken and told as refused');
      return;
    }
    this.#tally.check('I3');
    if (newest === undefined || newest.fence !== answer.claim.fence) {
      this.#break('I3', `reported fence ${answer.claim.fence}, took ${newest?.fence}`);
      return;
    }
    visit.reported = { grant: newest, epoch: answer.claim.epoch };
  }

  /** The visit's workload starts. */
  started(visit: Visit): void {
    const { reported } = visit;
    if (reported === undefined) {
      this.#break('I1', 'a run started without a lease');
      return;
    }
    if (reported.grant.runs.get(reported.epoch) === false)
      this.#break('rules', 'a run started that the counted crashes forbid');
    this.#tally.check('I1');
    for (const other of this.#running) this.#overlap(reported.grant, other);
    this.#running.push(visit);
  }

  /** Effects may overlap only if the one who took over has a clock that is ahead by more than the lease's margin. */
  #overlap(grant: Grant, other: Visit): void {
    const { visit } = grant;
    if (other.simulated !== visit.simulated || other.reported === undefined || !isActive(other)) return;
    const [earlier, later] =
      other.reported.grant.fence < grant.fence ? [other.reported.grant, grant] : [grant, other.reported.grant];
    const { leaseMargin } = earlier.visit.variant.service;
    if ((earlier.lostAhead ?? 0) > leaseMargin) {
      this.#tally.count('overlaps of effects, clocks apart');
      return;
    }
    this.#break(
      'I1',
      `run ${later.fence} has effects while run ${earlier.fence} still has, clocks ${earlier.lostAhead} ms apart`,
    );
  }

  /** What an attempt to commit has done. */
  committing(visit: Visit, claim: Claim): void {
    const written = this.#written;
    if (written === undefined) return;
    const reference = this.#of(visit);
    const grant = visit.reported?.grant;
    this.#tally.check('I1');
    if (grant === undefined || grant.fence !== claim.fence) {
      this.#break('I1', `fence ${claim.fence} is not the run's own`);
      return;
    }
    if (grant.end === 'written' && !reference.isRunning && claim.fence === reference.fence) {
      this.#compare(reference, written);
      return;
    }
    if (reference.holder !== grant)
      this.#break('I1', `run ${grant.fence} wrote its end although run ${reference.fence} took over`);
    if (claim.epoch !== reference.epoch) this.#break('I7', 'a run wrote its end over a resume that it did not see');
    const isToRun = grant.runs.get(visit.reported?.epoch ?? 0);
    if (visit.run === undefined && isToRun === true)
      this.#break('I6', 'a tick ended without a run that nothing forbade');
    reference.written(visit, grant);
    this.#compare(reference, written);
  }

  /** What an attempt to give the lease back has done. */
  releasing(visit: Visit): void {
    const written = this.#written;
    if (written === undefined) return;
    const reference = this.#of(visit);
    const { holder } = reference;
    if (holder === undefined || holder.visit !== visit) {
      this.#break('I1', 'a lease was given back that is somebody else’s');
      return;
    }
    const outcome = visit.run?.outcome;
    if (outcome !== undefined && outcome !== 'stopped') this.#break('I6', `a run that ${outcome} was given back`);
    reference.released(holder);
    this.#compare(reference, written);
  }

  /** What an operator's attempt has done. */
  operator(service: string, wanted: { readonly pauseUntil?: number | undefined } | 'resume'): void {
    const written = this.#written;
    if (written === undefined) return;
    const reference = this.reference(service);
    if (wanted === 'resume') reference.resumed();
    else reference.paused(wanted.pauseUntil);
    this.#tally.check('I7');
    this.#compare(reference, written);
  }

  /** The visit is told as ended. */
  reported(visit: Visit, tickEvent: TickEvent): void {
    const grant = visit.reported?.grant;
    this.#tally.check('I6');
    const expect = (what: string, got: unknown, expected: unknown) => {
      if (got !== expected) this.#break('I6', `${what} is reported as ${String(got)}, not ${String(expected)}`);
    };
    expect('the disposition', tickEvent.disposition, visit.run === undefined ? 'skipped' : 'ran');
    expect('the fence', tickEvent.fence, grant?.fence);
    expect('the number of crashes', tickEvent.crashesBooked, grant?.crashed ?? 0);
    const outcome = visit.run?.outcome;
    expect('the outcome', tickEvent.outcome, outcome === 'stopped' ? undefined : outcome);
    if (grant === undefined && this.#returnsOldItem) expect('the reason', tickEvent.reason, visit.refusal);
    // One that gives way need not know that it was overtaken: it has nothing to write.
    const isSettled =
      grant === undefined || grant.end === 'written' || grant.end === 'given back' || outcome === 'stopped';
    expect('an unwritten end', isSettled, true);
    this.#tally.count(
      tickEvent.reason === undefined ? `answered ${tickEvent.outcome ?? 'yielded'}` : `answered ${tickEvent.reason}`,
    );
  }

  /** Writes down that a promise is broken. */
  breaks(promise: string, what: string): void {
    this.#break(promise, what);
  }

  #of({ simulated }: Visit): Reference {
    return this.reference(simulated.name);
  }

  #compare(reference: Reference, { after }: Written): void {
    this.violations.push(...differences(after, reference));
    readInstants(after, reference);
    for (const promise of ['I1', 'I2', 'I3', 'I6', 'I7', 'rules']) this.#tally.check(promise);
  }

  #break(promise: string, what: string): void {
    this.violations.push(`${promise}: ${what} (at ${this.#kernel.now})`);
  }
}
