/**
 * What is played: runs that misbehave and innocent ones behind them, what must become of each, and what must be told.
 */
import type { OutcomeKind } from '../../../lib/rules/index.ts';
import { STRAIGHT } from './fixtures/ways.ts';

/**
 * How an invocation ends: with an answer, with its process, or with its process only where nobody can end it afterwards
 * (on Lambda).
 */
export type End = 'answers' | 'ends' | 'renews';

/** Where a scenario is played: in a process as on Lambda, in a worker as on one machine. */
export type HostKind = 'process' | 'worker';

/** One tick, and what becomes of it. */
export interface Step {
  readonly way: string;
  readonly outcome: OutcomeKind;
  readonly end: End;
}

/** Some ticks of one service, one after the other. */
export interface Scenario {
  /** The fault: what the first run does. */
  readonly fault: string;
  readonly steps: readonly Step[];
  /** Lines that must be told, each once at least. */
  readonly reported?: readonly RegExp[];
  /** Lines that may not be told. */
  readonly unreported?: RegExp;
  /**
   * Where it is played. A worker shares its process with the machine: what ends the process ends that.
   * @default both
   */
  readonly hosts?: readonly HostKind[];
  /** Where it is played in `npm test` too. */
  readonly short?: readonly HostKind[];
}

const behaves = (end: End = 'answers'): Step => ({ way: STRAIGHT, outcome: 'succeeded', end });
const RENEWED = 'the process is ended once a scheduled tick is over';
/** The line of run 1's leftover: its own number and due time, whoever was under way. */
const stray = (what: string, error: string): RegExp =>
  new RegExp(`"misbehaves: run 1 ${what}; ${RENEWED}".*"fence":1,"tick":".*"name":"${error}"`);
const THREW = 'threw where nothing could catch it';
const REJECTED = 'left a promise that was rejected while nobody waited for it';

/** A line of some leftover, and one of another run's than the first. */
const STRAY = /left a promise|threw where nothing/;
const ANOTHERS = /run (?!1 )\d+ (left a promise|threw where nothing)/;

type More = Partial<Omit<Scenario, 'fault' | 'steps'>>;

/** A run that ends so, and two innocent ones. */
function alone(fault: string, outcome: OutcomeKind, end: End, more: More = {}): Scenario {
  return { fault, steps: [{ way: fault, outcome, end }, behaves(), behaves()], ...more };
}

/** A run that leaves something which strikes in the next one, and an innocent one behind that. */
function left(fault: string, reported: RegExp, more: More = {}): Scenario {
  const innocent: Step = { way: 'is struck', outcome: 'succeeded', end: 'renews' };
  return {
    fault,
    steps: [{ ...behaves(), way: fault }, innocent, behaves()],
    reported: [reported],
    unreported: ANOTHERS,
    ...more,
  };
}

/** A run that dies. The next tick counts it. */
const crash = (fault: string, more: More = {}): Scenario =>
  alone(fault, 'crashed', 'ends', { reported: [/"message":"run crashed".*"fence":1/], ...more });

const meddles = (fault: string, more: More = {}): Scenario =>
  alone(fault, 'succeeded', 'answers', { unreported: STRAY, ...more });

const MEDDLERS: readonly Scenario[] = [
  meddles('writes to its context'),
  meddles('writes to clock and randomness'),
  meddles('pollutes the prototype of objects'),
  meddles('replaces globals'),
  meddles('listens a thousand times'),
  meddles('dispatches its own abort'),
  meddles('sets its cursor to a value that is no text'),
  meddles('returns a value that JSON cannot hold'),
  meddles('returns 10 MB'),
];

export const SCENARIOS: readonly Scenario[] = [
  alone('never settles', 'timed-out', 'ends', { short: ['process'] }),
  alone('keeps running, deaf to its signal', 'timed-out', 'ends'),
  alone('returns within the grace', 'succeeded', 'answers'),
  alone('throws within the grace', 'timed-out', 'answers', { unreported: STRAY }),
  alone('recurses without end', 'fatal', 'answers'),

  alone('throws from a timer and never settles', 'fatal', 'ends', {
    reported: [stray(THREW, 'RangeError'), /"message":"tick".*"fence":1.*"errorMessage":"fell"/],
    short: ['worker'],
  }),
  alone('meets a socket error that nothing handles', 'failed', 'ends', { reported: [stray(THREW, 'ECONNREFUSED')] }),
  alone('leaves a promise that rejects in its own run', 'succeeded', 'renews', {
    reported: [stray(REJECTED, 'RangeError')],
  }),
  alone('waits late for a promise that was rejected', 'succeeded', 'answers', {
    reported: [stray(REJECTED, 'RangeError')],
    short: ['process'],
  }),
  alone('throws from a listener of its signal', 'succeeded', 'renews', { reported: [stray(THREW, 'RangeError')] }),

  left('leaves a promise that rejects', stray(REJECTED, 'RangeError'), { short: ['process', 'worker'] }),
  left('leaves a timer that throws', stray(THREW, 'RangeError'), { short: ['process', 'worker'] }),
  left('leaves a callback that throws', stray(THREW, 'RangeError')),
  left('leaves an emitter nobody listens to', stray(THREW, 'RangeError')),
  left('leaves a socket nobody listens to', stray(THREW, 'ECONNREFUSED')),
  left('leaves an abort listener that throws', stray(THREW, 'RangeError')),
  {
    fault: 'leaves work that finishes',
    steps: [
      { way: 'leaves work that finishes', outcome: 'succeeded', end: 'answers' },
      { way: 'is struck', outcome: 'succeeded', end: 'answers' },
      behaves(),
    ],
    reported: [
      /"message":"finished late".*"fence":1/,
      /misbehaves: run 1 moved its cursor after its end; it stays where it was/,
    ],
    unreported: STRAY,
  },
  left(
    'leaves a timer that throws without end',
    new RegExp(`run 1 ${THREW}; ${RENEWED}, and no more of them is logged`),
  ),
  alone('leaves timers, a server and a socket', 'succeeded', 'answers', { unreported: STRAY, short: ['process'] }),
  {
    // Nobody can keep a process that is told to exit: the innocent run dies with it, and is counted as what it is.
    fault: 'leaves an exit',
    steps: [
      { way: 'leaves an exit', outcome: 'succeeded', end: 'answers' },
      { way: 'is struck', outcome: 'crashed', end: 'ends' },
      behaves(),
    ],
    reported: [/"message":"run crashed".*"fence":2/],
  },

  crash('blocks its thread', { short: ['process', 'worker'] }),
  crash('hoards memory', { short: ['worker'] }),
  crash('exits with 0', { short: ['process'] }),
  crash('exits with 1'),
  crash('exits while it prepares'),
  crash('aborts its process', { hosts: ['process'] }),
  crash('kills its process', { hosts: ['process'] }),

  alone('replaces globals and never settles', 'timed-out', 'ends'),
  ...MEDDLERS,
];

/** The meddlers in one process, an innocent run between each: what one does must not come back in another. */
export const ALL_MEDDLING: Scenario = {
  fault: 'all of the meddling in one process',
  steps: MEDDLERS.flatMap(({ steps: [meddler, innocent] }) => [meddler, innocent].filter((step) => step !== undefined)),
  unreported: STRAY,
  short: ['process'],
};
