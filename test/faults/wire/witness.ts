/**
 * The witness of one service: sees its item before and after every write that reached the database, in their order, and
 * every run that began. It knows nothing of the code under test but the meaning of the attributes, and says what was
 * broken.
 */
import type { Call } from './calls.ts';
import { RULES, type Start } from './messages.ts';

/** An item as values; none before the first write. */
type Item = Readonly<Record<string, unknown>>;

/** A write that DynamoDB took. */
export interface Taken {
  readonly call: Call;
  readonly client: string;
  readonly before: Item | undefined;
  readonly after: Item;
  /** Bytes of the item after it. */
  readonly size: number;
  /** The present instant by the clock of those under test, give or take what the request took. */
  readonly now: number;
}

/** What is known of a run: everything from its acquire on. */
export interface Run {
  readonly fence: number;
  readonly client: string;
  readonly tick: number | undefined;
  readonly until: number;
  /** What the operator had raised when the lease was taken. */
  readonly epoch: number;
  fate: 'under way' | 'committed' | 'given back';
  started: boolean;
  ended: boolean;
  /** The line it added to the history, which one that was skipped for a counted crash has not. */
  line?: string;
}

/** What of an item only a run may write. */
const RUNS_ALONE = [
  'fence',
  'done',
  'leaseOwner',
  'leaseUntil',
  'leaseTick',
  'lastTick',
  'lastSuccess',
  'runs',
  'cursor',
];
/** What only an operator may. */
const OPERATORS_ALONE = ['epoch', 'pauseAt', 'pauseUntil', 'pauseReason', 'pauseBy'];
/** One write unit, in bytes. */
const LARGEST_ITEM = 1_024;

export class Witness {
  readonly runs = new Map<number, Run>();
  /** Which run decided a tick. */
  readonly decided = new Map<number, number>();
  readonly violations: string[] = [];
  /** Runs whose effects may have overlapped with those of one that had lost its lease. */
  overlaps = 0;
  readonly #isAlive: (client: string) => boolean;

  constructor(isAlive: (client: string) => boolean) {
    this.#isAlive = isAlive;
  }

  /** Takes note of a write. */
  wrote({ size, ...taken }: Taken): void {
    const { call, before, after } = taken;
    this.#holds(number(after, 'fence') >= number(before, 'fence'), `I3 the fence fell at a ${call}`);
    this.#holds(size <= LARGEST_ITEM, `I5 the item has ${size} bytes after a ${call}`);
    const others = call === 'operate' ? RUNS_ALONE : OPERATORS_ALONE;
    const changed = others.filter((name) => before !== undefined && before[name] !== after[name]);
    this.#holds(changed.length === 0, `I7 a write (${call}) changed ${changed.join(', ')}`);
    if (call === 'acquire') this.#acquired({ size, ...taken });
    if (call === 'commit') this.#committed(before, after);
    if (call === 'release') this.#released(before, after);
  }

  /** Takes note of a run's beginning. */
  started({ fence, tick }: Start, now: number): void {
    const run = this.runs.get(fence);
    this.#holds(run !== undefined && !run.started, `I1 run ${fence} began twice or without a lease`);
    if (run === undefined) return;
    run.started = true;
    this.#holds(
      (tick ?? undefined) === run.tick,
      `I2 run ${fence} began for another tick than its lease was taken for`,
    );
    this.#holds(tick === null || !this.decided.has(tick), `I2 run ${fence} began for a tick that was decided`);
    for (const other of this.runs.values()) {
      if (other === run || !other.started || other.ended || other.fate !== 'under way') continue;
      if (!this.#isAlive(other.client)) continue;
      this.#holds(other.until <= now, `I1 run ${fence} began beside run ${other.fence}, whose lease had not ended`);
      this.overlaps += 1;
    }
  }

  /** Takes note of a run's end. */
  ended({ fence }: Start): void {
    const run = this.runs.get(fence);
    if (run !== undefined) run.ended = true;
  }

  /** Every run must be accounted for in the item as it is at last, when nothing is under way any more. */
  reckon(item: Item): void {
    const [fence, done] = [number(item, 'fence'), number(item, 'done')];
    this.#holds(fence === this.runs.size, `I3 ${this.runs.size} leases were taken, the fence is ${fence}`);
    this.#holds(done === fence, `I6 runs up to ${fence} were made, up to ${done} are counted`);
    const letters = String(item['runs'] ?? '')
      .split(' ')
      .map((line) => line.charAt(0).toUpperCase());
    const crashed = letters.filter((letter) => letter === 'C').length;
    this.#holds(crashed === this.crashed, `I6 ${this.crashed} runs crashed, ${crashed} are counted as crashed`);
    const recorded = letters.filter((letter) => letter !== 'C' && letter !== '').length;
    const ended = [...this.runs.values()].filter(({ line }) => line !== undefined).length;
    this.#holds(recorded === ended, `I6 ${ended} runs wrote their end, the history has ${recorded}`);
  }

  /** How many took a lease and never gave an end of it. */
  get crashed(): number {
    return [...this.runs.values()].filter(({ fate }) => fate === 'under way').length;
  }

  #acquired({ client, before, after, now }: Taken): void {
    const fence = number(after, 'fence');
    const tick = after['leaseTick'] as number | undefined;
    this.#holds(fence === number(before, 'fence') + 1, `I3 the fence rose from ${number(before, 'fence')} to ${fence}`);
    const held = before?.['leaseUntil'];
    this.#holds(
      held === undefined || Number(held) <= now,
      `I1 run ${fence} took a lease that had ${Number(held) - now} ms left`,
    );
    this.#holds(
      Number(after['leaseUntil']) <= now + RULES.timeout + RULES.leaseMargin,
      `I1 the lease of run ${fence} is too long`,
    );
    const mark = before?.['lastTick'];
    const isNew = tick === undefined || mark === undefined || Number(mark) < tick;
    this.#holds(isNew, `I2 run ${fence} was let through for a tick at or before the newest decided one`);
    const held2 = tick === undefined || before?.['notBefore'] === undefined || Number(before['notBefore']) <= tick;
    this.#holds(held2, `I4 run ${fence} was let through while backing off`);
    this.#holds(tick === undefined || before?.['pauseAt'] === undefined, `I7 run ${fence} was let through a pause`);
    const until = Number(after['leaseUntil']);
    const epoch = number(after, 'epoch');
    this.runs.set(fence, { fence, client, tick, until, epoch, fate: 'under way', started: false, ended: false });
  }

  #committed(before: Item | undefined, after: Item): void {
    const fence = number(after, 'done');
    const run = this.runs.get(fence);
    this.#holds(
      number(before, 'fence') === fence && run !== undefined,
      `I1 run ${fence} wrote its end without the fence`,
    );
    this.#holds(after['leaseOwner'] === undefined, `I1 the end of run ${fence} left a lease`);
    if (run === undefined || run.fate === 'committed') {
      this.#holds(same(before, after), `I2 a commit of run ${fence} that came again changed the item`);
      return;
    }
    this.#holds(run.fate === 'under way', `I6 run ${fence} wrote its end after it was given back`);
    run.fate = 'committed';
    this.#keepsResume(run, before, after);
    const line =
      String(after['runs'] ?? '')
        .split(' ')
        .at(-1) ?? '';
    if (after['runs'] !== before?.['runs'] && !line.startsWith('C')) run.line = line;
    this.#holds(
      !line.startsWith('S') || run.line === undefined || run.ended,
      `I6 run ${fence} succeeded without its end`,
    );
    const tick = after['lastTick'];
    if (tick === before?.['lastTick'] || typeof tick !== 'number') return;
    this.#holds(tick > number(before, 'lastTick'), `I2 the mark of decided ticks fell`);
    this.#holds(
      tick === run.tick && !this.decided.has(tick),
      `I2 run ${fence} decided a tick that was not its own to decide`,
    );
    this.decided.set(tick, fence);
  }

  /** A run that an operator resumed meanwhile is entered into the fresh state: what was forgotten stays forgotten. */
  #keepsResume({ fence, epoch }: Run, before: Item | undefined, after: Item): void {
    if (number(before, 'epoch') === epoch) return;
    const count = (item: Item | undefined) =>
      String(item?.['runs'] ?? '')
        .split(' ')
        .filter(Boolean).length;
    const added = count(after) - count(before);
    const forgets = number(after, 'failuresSince') >= number(before, 'failuresSince');
    const isFresh = number(after, 'streak') <= number(before, 'streak') + added;
    this.#holds(forgets && isFresh, `I7 run ${fence} wrote over what an operator had resumed`);
  }

  #released(before: Item | undefined, after: Item): void {
    const run = this.runs.get(number(before, 'fence'));
    this.#holds(
      number(after, 'done') === number(before, 'done') + 1,
      'I6 a give-back did not count one run as counted',
    );
    this.#holds(run?.fate === 'under way' && !run.started, 'I6 a run that began was given back');
    if (run !== undefined) run.fate = 'given back';
  }

  #holds(condition: boolean, violation: string): void {
    if (!condition) this.violations.push(violation);
  }
}

function number(item: Item | undefined, name: string): number {
  return Number(item?.[name] ?? 0);
}

function same(one: Item | undefined, other: Item): boolean {
  const sorted = (item: Item | undefined) => JSON.stringify(Object.entries(item ?? {}).toSorted());
  return sorted(one) === sorted(other);
}
