/**
 * A stack that is played: Scheduler fires the real handlers of its services and of its watchdog over one memory store
 * and one fake clock, as late as it may be. What the watchdog sends is put down, and its metrics go to the stack's
 * synthesised alarms.
 */
import { type HandlerContext, type ScheduledHandler, scheduledHandler } from '../../../lib/lambda/index.ts';
import { nextDue } from '../../../lib/rules/index.ts';
import { defineService, type Service, type ServiceOptions } from '../../../lib/service/index.ts';
import { watchdogWith } from '../../../lib/services/watch-services.ts';
import { type FakeClock, fakeClock, memoryStore } from '../../../lib/testing/index.ts';
import type { StateStore } from '../../../lib/tick/index.ts';
import { systemRandom } from '../../../lib/time/index.ts';
import { type Found, type MemoryStore, type Notice, watchedServiceOf } from '../../../lib/watchdog/index.ts';
import { type Evaluation, evaluation, READINGS, type Reading } from '../../infra/alarms/evaluator.ts';
import { NAMESPACE, type SynthesisedAlarms, synthesise, WATCHDOG } from '../../infra/alarms/evaluator-stack.ts';
import { errorWith, keptLog } from '../../support/loop-kit.ts';
import { partsInMemory } from '../../support/parts-in-memory.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** 2025-10-09T12:00:00Z, a Thursday. */
export const NOON = Date.UTC(2025, 9, 9, 12);

/** What becomes of a firing. */
export type Fate =
  | 'succeeds'
  | 'fails'
  | 'is fatal'
  /** Its function throws as it is loaded: the handler never begins. */
  | 'cannot load'
  /** Scheduler can't invoke the function. */
  | 'cannot be invoked'
  /** Its schedule is disabled. */
  | 'is not fired';

/** A service of a scenario. */
export type Part = Omit<ServiceOptions<undefined>, 'workload' | 'prepare'>;

export interface ScenarioOptions {
  readonly services: readonly Part[];
  /** When the stack is deployed for the first time. @default noon */
  readonly from?: number;
  /** How late each firing arrives. @default services after 5 s, the watchdog after 30 s */
  readonly lateness?: Lateness;
  /** Of how many checks of the watchdog one takes place, to tell long stories. @default 1 */
  readonly checkEvery?: number;
  readonly build?: string;
  /**
   * How CloudWatch reads metrics. The stack's synthesised alarms are evaluated each minute, and those that notify are
   * among the messages, as `12:20 alarm watchdog`.
   * @default metrics come 90 s late, and alarms look back two windows; no alarms where checks are rarer than the
   *   watchdog's alarm allows
   */
  readonly reading?: Reading;
}

interface Scheduled {
  readonly service: Service;
  readonly handler: ScheduledHandler;
  due: number | undefined;
}

/** A check that crashes after it has sent what it found: its second write to the memory never comes. */
type Crash = 'after sending';

export interface Scenario {
  readonly clock: FakeClock;
  /** What people got, as `12:03 poll/halted`; days after the first as `+1d 12:03`. */
  readonly messages: readonly string[];
  /** The messages since the last call. */
  newMessages(): string[];
  readonly notices: readonly Notice[];
  /** The samples of `Unhealthy`, as `12:03 poll`. */
  readonly unhealthy: readonly string[];
  /** How often the watchdog wrote `Watched`. */
  checks(): number;
  /** What becomes of the firings of a service from now on; of the watchdog as `watch-services`. */
  fate(service: string, fate: Fate): void;
  /** Lets time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Another version of the stack: other services, schedules or builds. */
  deploy(services: readonly Part[], build?: string): void;
  /** A person's command, through the handler of the service. */
  command(service: string, event: object): Promise<unknown>;
  /** The minutes at which an alarm fired, whether it notifies anybody or not; as `12:20`. */
  fired(alarm: string): readonly string[];
  /** The alarms that are in ALARM now. */
  readonly firing: readonly string[];
  /** The next check of the watchdog crashes. */
  crash(when: Crash): void;
}

/** How late the firing of a service for a due time arrives, in milliseconds. */
export type Lateness = (service: string, due: number) => number;

const steady: Lateness = (service) => (service === 'watch-services' ? 30_000 : 5_000);

/** Anywhere in the minute in which Scheduler may fire, and another moment for each firing. */
export const spread: Lateness = (service, due) => (((due / MINUTE) * 37 + service.length * 11) % 60) * 1_000;

/** Starts a scenario. */
export function scenario({
  services,
  from = NOON,
  lateness = steady,
  checkEvery = 1,
  build = 'b1',
  reading = checkEvery > 10 ? undefined : READINGS[2],
}: ScenarioOptions): Scenario {
  const clock = fakeClock(from, { mode: 'manual' });
  const store = memoryStore();
  const memory = partsInMemory();
  const fates = new Map<string, Fate>();
  const notices: Notice[] = [];
  const messages: string[] = [];
  const unhealthy: string[] = [];
  let checks = 0;
  let firing = 0;
  let planned: Crash | undefined;
  let parts: Scheduled[] = [];
  let watchdog: Scheduled;

  const stamp = (instant = clock.now()) => {
    const days = Math.floor(instant / DAY) - Math.floor(from / DAY);
    return `${days === 0 ? '' : `+${days}d `}${new Date(instant).toISOString().slice(11, 16)}`;
  };
  const stack = reading && synthesise(services.map((part) => defineService({ ...part, workload: async () => {} })));
  const alarms = reading && stack && evaluation(stack.template, reading, from);
  let minute = from + MINUTE;
  const put = (namespace: string, metricName: string, dimensions: Record<string, string>) =>
    alarms?.put([{ namespace, metricName, dimensions, at: clock.now(), value: 1 }]);
  const make = (part: Part, own: string): Scheduled => {
    const service = defineService({ printer: () => {}, ...part, workload: async () => act(fates.get(part.name)) });
    return { service, handler: handlerOf(service, { store, clock, build: own }), due: firstDue(service, clock.now()) };
  };
  const makeWatchdog = (): Scheduled => {
    const service = watchdogWith(() => ({
      watched: parts.map((each) => watchedServiceOf(each.service)),
      states: { read: async (names) => statesIn(store, names), failures: async () => new Map() },
      memory: mortal(memory, () => {
        const isNow = planned === 'after sending';
        if (isNow) planned = undefined;
        return isNow;
      }),
      senders: [
        {
          name: 'sns',
          send: async (notice) => {
            notices.push(notice);
            messages.push(`${stamp()} ${named(notice)}`);
          },
        },
      ],
      metrics: {
        unhealthy: (name) => {
          unhealthy.push(`${stamp()} ${name}`);
          put(NAMESPACE, 'Unhealthy', { service: name });
        },
        checked: () => {
          checks += 1;
          put(NAMESPACE, 'Watched', { service: WATCHDOG });
        },
        flush: () => {},
      },
      stack: 'Prod',
    }));
    const handler = handlerOf(service, { store, clock, build });
    return { service, handler, due: firstDue(service, clock.now()) };
  };
  const deploy = (next: readonly Part[], own = build) => {
    const before = parts;
    parts = next.map((part) => {
      const made = make(part, own);
      const old = before.find((each) => each.service.name === part.name);
      const isSame = JSON.stringify(old?.service.schedule) === JSON.stringify(made.service.schedule);
      return isSame && old !== undefined ? { ...made, due: old.due } : made;
    });
    watchdog = { ...makeWatchdog(), ...(before.length === 0 ? {} : { due: watchdog.due }) };
  };
  deploy(services);

  async function fire(scheduled: Scheduled, due: number): Promise<void> {
    const fate = fates.get(scheduled.service.name) ?? 'succeeds';
    const { schedule } = scheduled.service;
    const skipped = scheduled === watchdog ? (checkEvery - 1) * MINUTE : 0;
    scheduled.due = nextDue(schedule, due + skipped, due);
    if (fate === 'cannot be invoked' && stack !== undefined) undelivered(stack, put);
    if (fate === 'cannot load' || fate === 'cannot be invoked' || fate === 'is not fired') return;
    const event = { scheduledFor: new Date(due).toISOString(), executionId: `e${firing}`, attempt: '1' };
    await scheduled.handler(event as never, contextOf(scheduled.service)).catch(() => {});
  }

  return {
    clock,
    messages,
    notices,
    unhealthy,
    newMessages: () => messages.splice(0),
    checks: () => checks,
    fate: (service, fate) => void fates.set(service, fate),
    async pass(milliseconds) {
      const end = clock.now() + milliseconds;
      for (;;) {
        await evaluateUntil(Math.min(end, nextArrival()));
        const all = [...parts, watchdog].filter(({ due }) => due !== undefined);
        const next = all.toSorted((one, other) => arrival(one) - arrival(other))[0];
        if (next?.due === undefined || arrival(next) > end) break;
        await moveTo(clock, arrival(next));
        firing += 1;
        await fire(next, next.due);
      }
      await evaluateUntil(end);
      await moveTo(clock, end);
    },
    fired: (alarm) =>
      (alarms?.changes ?? [])
        .filter(({ alarm: id, to }) => to === 'ALARM' && id === stack?.ids[alarm])
        .map(({ at }) => stamp(at)),
    get firing() {
      return Object.keys(stack?.ids ?? {}).filter((alarm) => alarms?.state(stack?.ids[alarm] ?? '') === 'ALARM');
    },
    deploy,
    command(service, event) {
      const found = [...parts, watchdog].find((each) => each.service.name === service);
      if (found === undefined) throw new Error(`command: expected a service of the scenario, got ${service}`);
      return found.handler(event as never, contextOf(found.service));
    },
    crash: (when) => {
      planned = when;
    },
  };

  /** Evaluates the alarms at each minute until this instant. */
  async function evaluateUntil(instant: number): Promise<void> {
    if (alarms === undefined || stack === undefined) return;
    for (; minute <= instant; minute += MINUTE) {
      await moveTo(clock, minute);
      const before = alarms.pages.length;
      alarms.evaluate(minute);
      messages.push(...pagesOf(alarms, stack, before).map((name) => `${stamp()} alarm ${name}`));
    }
  }

  function nextArrival(): number {
    return Math.min(...[...parts, watchdog].filter(({ due }) => due !== undefined).map(arrival));
  }

  function arrival({ due, service }: Scheduled): number {
    return (due ?? 0) + lateness(service.name, due ?? 0);
  }
}

/** The names of the alarms that have notified since there were `before` notifications. */
function pagesOf({ pages }: Evaluation, { ids }: SynthesisedAlarms, before: number): string[] {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return pages.slice(before).map(({ alarm }) => names.get(alarm) ?? alarm);
}

type Put = (namespace: string, metricName: string, dimensions: Record<string, string>) => void;

/** A firing that Scheduler can't deliver: its role may invoke no function, and send to no queue either. */
function undelivered({ names }: SynthesisedAlarms, put: Put): void {
  const group = { ScheduleGroup: names['group'] ?? '' };
  put('AWS/Scheduler', 'TargetErrorCount', group);
  put('AWS/Scheduler', 'InvocationDroppedCount', group);
  put('AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount', group);
}

function moveTo(clock: FakeClock, instant: number): Promise<void> {
  return clock.advance(Math.max(0, instant - clock.now()));
}

/** `poll/halted`, or `12 services: 12 halted`. */
function named({ changes, subject }: Notice): string {
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) return `${only.service}/${only.kind}`;
  return subject.replace(/^Prod: /, '');
}

/** A schedule that is made or changed counts from now: aligned to the clock, or as a rate from its creation. */
function firstDue({ schedule }: Service, now: number): number | undefined {
  return nextDue(schedule, now, now);
}

function handlerOf(
  service: Service,
  { store, clock, build }: { readonly store: StateStore; readonly clock: FakeClock; readonly build: string },
): ScheduledHandler {
  const environment = { table: 'none', build, slack: MINUTE, inLambda: false, variables: {} };
  const random = { draw: () => 0.5, id: () => systemRandom.id() };
  return scheduledHandler(service, {
    store,
    clock,
    random,
    log: keptLog(),
    environment,
    observers: [],
    recycle: () => {},
  });
}

function contextOf({ timeout }: Service): HandlerContext {
  return { getRemainingTimeInMillis: () => timeout };
}

function act(fate: Fate = 'succeeds'): void {
  if (fate === 'fails') throw errorWith('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
  if (fate === 'is fatal') throw new TypeError('undefined is not a function');
}

async function statesIn(store: StateStore, names: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await store.read(name)] as const)));
}

/** The memory; where `crashes` says so, the second write of a check never comes. */
function mortal(memory: MemoryStore, crashes: () => boolean): MemoryStore {
  let writes = 0;
  return {
    load: (context) => {
      writes = 0;
      return memory.load(context);
    },
    save: async (parts, context) => {
      writes += 1;
      if (writes === 2 && crashes()) throw new Error('the process died');
      return memory.save(parts, context);
    },
  };
}
