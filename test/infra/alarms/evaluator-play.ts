/**
 * A stack's alarms, played minute by minute over the samples that AWS and the watchdog would send. Each minute the
 * watchdog looks at the services, and the service's schedule fires.
 */
import { type Evaluation, evaluation, type Reading, type State } from './evaluator.ts';
import { NAMESPACE, type SynthesisedAlarms, WATCHDOG } from './evaluator-stack.ts';

/** What happens in a minute; all is well if nothing is given. */
export interface Minute {
  /** Whether the watchdog's scheduled look takes place, and writes `Watched`. @default true */
  readonly checks?: boolean;
  /** Whether somebody invokes the watchdog by hand: it writes what it finds, and not `Watched`. @default false */
  readonly manual?: boolean;
  /** Whether the service is in trouble, which every look finds. @default false */
  readonly troubled?: boolean;
  /** What becomes of the service's firing. @default 'delivered' */
  readonly firing?: 'delivered' | 'none' | 'throttled' | 'target error' | 'target throttled';
  /** Whether Scheduler gives up a firing: it counts that, and sends it to the queue. @default false */
  readonly dropped?: boolean;
  /** Whether Scheduler can't put a firing into the queue. @default false */
  readonly lost?: boolean;
  /** How long the service's invocation lasts, in milliseconds. @default 100 */
  readonly lasts?: number;
}

/** Alarms, played. */
export interface Play {
  /** Lets minutes pass; `minute` says what happens in each, by its number from 0. */
  pass(minutes: number, minute?: Minute | ((number: number) => Minute)): void;
  /** Another stack in the place of this one. */
  deploy(stack: SynthesisedAlarms): void;
  state(alarm: string): State | undefined;
  /** Minutes from the start at which the alarm fired, whether anybody was notified or not. */
  fired(alarm: string): readonly number[];
  /** Minutes from the start at which the alarm changed to OK. */
  ended(alarm: string): readonly number[];
  /** Who was notified when: `watchdog at 17`, minutes from the start. */
  readonly pages: readonly string[];
}

/** 2026-01-01T09:00:00Z, a whole multiple of every window. */
const START = 1_767_258_000_000;
const MINUTE = 60_000;

/** Starts a play at the moment in which the stack is deployed for the first time. */
export function play(first: SynthesisedAlarms, reading: Reading, service = 'poll'): Play {
  let stack = first;
  let now = START;
  const alarms = evaluation(stack.template, reading, START);

  function put(namespace: string, metricName: string, dimensions: Record<string, string>, value: number): void {
    alarms.put([{ namespace, metricName, dimensions, at: now, value }]);
  }

  function happen({ checks = true, manual = false, troubled = false, ...rest }: Minute): void {
    if (checks) put(NAMESPACE, 'Watched', { service: WATCHDOG }, 1);
    if ((checks || manual) && troubled) put(NAMESPACE, 'Unhealthy', { service }, 1);
    deliver(rest);
  }

  const scheduler = (name: string) => put('AWS/Scheduler', name, { ScheduleGroup: stack.names['group'] ?? '' }, 1);

  function deliver({ firing = 'delivered', dropped = false, lost = false, lasts = 100 }: Minute): void {
    if (firing === 'target error') scheduler('TargetErrorCount');
    if (firing === 'target throttled') scheduler('TargetErrorThrottledCount');
    if (dropped) scheduler('InvocationDroppedCount');
    if (lost) scheduler('InvocationsFailedToBeSentToDeadLetterCount');
    if (dropped && !lost) put('AWS/SQS', 'NumberOfMessagesSent', { QueueName: stack.names['undeliverable'] ?? '' }, 1);
    if (firing === 'delivered' || firing === 'throttled') invoke(firing, lasts);
  }

  function invoke(firing: 'delivered' | 'throttled', lasts: number): void {
    const dimensions = { FunctionName: stack.names[service] ?? '' };
    put('AWS/Lambda', 'Throttles', dimensions, firing === 'throttled' ? 1 : 0);
    if (firing === 'delivered') put('AWS/Lambda', 'Duration', dimensions, lasts);
  }

  const minutesOf = (alarm: string, state: State) =>
    alarms.changes.filter(({ to, ...change }) => to === state && change.alarm === idIn(stack, alarm)).map(minutes);

  return {
    pass(count, minute = {}) {
      for (let number = 0; number < count; number += 1) {
        // Half a minute apart: a look takes place between two evaluations.
        now += MINUTE / 2;
        happen(typeof minute === 'function' ? minute(number) : minute);
        now += MINUTE / 2;
        alarms.evaluate(now);
      }
    },
    deploy(next) {
      stack = next;
      alarms.deploy(next.template, now);
    },
    state: (alarm) => alarms.state(idIn(stack, alarm)),
    fired: (alarm) => minutesOf(alarm, 'ALARM'),
    ended: (alarm) => minutesOf(alarm, 'OK'),
    get pages() {
      return alarms.pages.map((page) => `${nameIn(stack, page.alarm)} at ${minutes(page)}`);
    },
  };
}

function minutes({ at }: Pick<Evaluation['changes'][number], 'at'>): number {
  return (at - START) / MINUTE;
}

function idIn({ ids }: SynthesisedAlarms, name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`alarm: expected ${Object.keys(ids).join(', ')}, got ${name}`);
  return id;
}

function nameIn({ ids }: SynthesisedAlarms, id: string): string {
  return Object.keys(ids).find((name) => ids[name] === id) ?? id;
}
