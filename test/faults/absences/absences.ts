/**
 * Long absences: what happens when a service is heard of again after ten thousand ticks, or years. Effects are counted,
 * not time.
 */
import { fireOnSchedule } from '../../../lib/local/schedule-clock.ts';
import { createLoop } from '../../../lib/loop/index.ts';
import { NEVER_RUN, type ServiceState } from '../../../lib/rules/index.ts';
import { defineService, type Service } from '../../../lib/service/index.ts';
import { fakeClock, memoryStore, scriptedRandom } from '../../../lib/testing/index.ts';
import { runFiring, type StateStore } from '../../../lib/tick/index.ts';
import { keptLog } from '../../support/loop-kit.ts';
import { DUE, MINUTE, refused, type World, world } from '../../support/tick-kit.ts';

const MANY = 10_000;
const YEAR = 365 * 24 * 60 * MINUTE;

/** What came of an absence: whatever isn't as promised, in a line each, and counts. */
interface Found {
  readonly missed: number;
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** An absence that can be played. */
export interface Absence {
  readonly name: string;
  readonly play: () => Promise<Found>;
}

/** Compares what is with what should be, each by its name. */
function judged(missed: number, pairs: Readonly<Record<string, readonly [is: unknown, should: unknown]>>): Found {
  const entries = Object.entries(pairs);
  const differing = entries.filter(([, [is, should]]) => JSON.stringify(is) !== JSON.stringify(should));
  return {
    missed,
    violations: differing.map(
      ([name, pair]) => `${name}: expected ${JSON.stringify(pair[1])}, got ${JSON.stringify(pair[0])}`,
    ),
    figures: Object.fromEntries(entries.flatMap(([name, [is]]) => (typeof is === 'number' ? [[name, is]] : []))),
  };
}

/** How often each effect happened since the world began, or since `from` effects. */
function counts({ events }: World, from = 0): Readonly<Record<string, number>> {
  const kinds = events.slice(from).map((event) => event.split(' ')[0] ?? '');
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]));
}

/** A store that begins with this state. */
function storeWith(state: ServiceState): StateStore {
  const inner = memoryStore();
  let first = true;
  const begun = async () => {
    if (!first) return;
    first = false;
    const now = DUE - 100 * YEAR;
    const tick = { kind: 'manual', force: true } as const;
    const answer = await inner.acquire({ service: 'svc', tick, now, build: 'b1', owner: 'first', leaseUntil: now });
    if (answer.granted) await inner.commit(answer.claim, state);
  };
  return {
    ...inner,
    async acquire(request) {
      await begun();
      return inner.acquire(request);
    },
  };
}

const FRESH: ServiceState = { ...NEVER_RUN, fence: 1, countedUpTo: 1 };

/** The store, saying of the first acquire that so many runs had died before it. */
function storeOfTheCrashed(crashed: number): StateStore {
  const inner = memoryStore();
  let claimed = 0;
  return {
    ...inner,
    async acquire(request) {
      const answer = await inner.acquire(request);
      if (!answer.granted || claimed++ > 0) return answer;
      return {
        ...answer,
        claim: { ...answer.claim, fence: answer.claim.fence + crashed },
        state: { ...answer.state, fence: answer.state.fence + crashed },
      };
    },
    commit: (claim, state) => inner.commit(claimed > 1 ? claim : { ...claim, fence: claim.fence - crashed }, state),
  };
}

async function afterPause(): Promise<Found> {
  const here = world();
  const service = here.service({});
  await here.deliver(service, DUE);
  const end = DUE + MANY * MINUTE;
  await here.store.pause('svc', { at: DUE + 1, until: end, reason: 'moving', by: 'ada' });
  for (let tick = 1; tick < MANY; tick++) await here.deliver(service, DUE + tick * MINUTE);
  const paused = here.tickEvents.filter(({ reason }) => reason === 'paused').length;
  const before = here.events.length;
  const tickEvent = await here.deliver(service, end);
  return judged(MANY - 1, {
    'skipped as paused': [paused, MANY - 1],
    'runs after it': [counts(here, before)['run'], 1],
    outcome: [tickEvent.outcome, 'succeeded'],
    'store calls of the first tick': [
      [counts(here, before)['acquire'], counts(here, before)['commit']],
      [1, 1],
    ],
    'runs in all': [counts(here)['run'], 2],
  });
}

async function afterTheScheduleWasOff(missed: number): Promise<Found> {
  const here = world();
  const service = here.service({});
  await here.deliver(service, DUE);
  const back = DUE + (missed + 1) * MINUTE;
  const tickEvent = await here.deliver(service, back);
  const after = await here.deliver(service, back + MINUTE);
  return judged(missed, {
    runs: [counts(here)['run'], 3],
    'store calls': [
      [counts(here)['acquire'], counts(here)['commit']],
      [3, 3],
    ],
    'first tick': [
      [tickEvent.disposition, tickEvent.outcome, tickEvent.verdict],
      ['ran', 'succeeded', 'steady'],
    ],
    'second tick': [after.disposition, 'ran'],
    'next due': [[after.nextDue], [back + 2 * MINUTE]],
  });
}

async function ofStaleDeliveries(): Promise<Found> {
  const here = world();
  const service = here.service({});
  const back = DUE + MANY * MINUTE;
  await here.deliver(service, back);
  // Whatever queues kept arrives at once, in no order.
  for (let index = 0; index < MANY; index++) await here.deliver(service, DUE + ((index * 7_919) % MANY) * MINUTE);
  return judged(MANY, {
    late: [here.tickEvents.filter(({ reason }) => reason === 'late').length, MANY],
    runs: [counts(here)['run'], 1],
  });
}

async function whileEveryRunCrashed(crashed: number): Promise<Found> {
  const here = world({ store: storeOfTheCrashed(crashed) });
  const service = here.service({ memory: 10 });
  const code = await here.deliver(service, DUE).catch((error: { code?: string }) => error.code);
  const { crash = 0, putRun = 0, failedRuns = 0, commit = 0, run = 0 } = counts(here);
  const state = await here.state(service);
  const probeAt = DUE + 15 * MINUTE;
  const probe = await here.deliver(service, probeAt);
  return judged(crashed, {
    'halted, once': [code, 'service-halted'],
    'runs before the probe': [run, 0],
    'crashes logged': [crash, 20],
    'records written': [putRun, 10],
    queries: [failedRuns, 1],
    commits: [commit, 1],
    'run history of': [state.runs.length, 20],
    probe: [
      [probe.disposition, probe.outcome, probe.verdict],
      ['ran', 'succeeded', 'recovered'],
    ],
  });
}

/** The policy that makes the most of each crash: every one is a trip, and none halts. */
async function whileEveryRunCrashedAndTripped(crashed: number): Promise<Found> {
  const here = world({ store: storeOfTheCrashed(crashed) });
  const service = here.service({ consecutive: 64, backoff: 1_000_000, memory: 50, maxInterval: '1h' });
  const tickEvent = await here.deliver(service, DUE);
  const { crash = 0, putRun = 0, failedRuns = 0, commit = 0 } = counts(here);
  const next = await here.deliver(service, DUE + 60 * MINUTE);
  return judged(crashed, {
    'crashes logged': [crash, 1_000],
    'records written': [putRun, 50],
    queries: [failedRuns, 1],
    commits: [commit, 1],
    'this tick': [
      [tickEvent.disposition, tickEvent.reason],
      ['skipped', 'backoff'],
    ],
    'the tick after notBefore': [
      [next.disposition, next.outcome],
      ['ran', 'succeeded'],
    ],
  });
}

async function whileDynamoDbWasAway(): Promise<Found> {
  const inner = memoryStore();
  let left = MANY;
  const store: StateStore = {
    ...inner,
    acquire: (request) => (left-- > 0 ? Promise.reject(new Error('DynamoDB is away')) : inner.acquire(request)),
  };
  const here = world({ store });
  const service = here.service({});
  let errors = 0;
  for (let tick = 0; tick < MANY; tick++) {
    await here.deliver(service, DUE + tick * MINUTE).catch(() => {
      errors++;
    });
  }
  const tickEvent = await here.deliver(service, DUE + MANY * MINUTE);
  return judged(MANY, {
    thrown: [errors, MANY],
    runs: [counts(here)['run'], 1],
    'crashes counted': [tickEvent.crashesBooked, 0],
    outcome: [tickEvent.outcome, 'succeeded'],
  });
}

async function ofAHalt(probeFails: boolean): Promise<Found> {
  const halt = { at: DUE - YEAR, until: DUE - YEAR + 15 * MINUTE, build: 'b1', cause: 'x' };
  const here = world({
    store: storeWith({ ...FRESH, halt, trackRecord: [false, false, false], backoffCount: 1, streak: 3 }),
  });
  const workload = async () => {
    if (probeFails) throw refused();
  };
  const service = here.service({ workload });
  const ends: unknown[] = [];
  for (let tick = 0; tick < 20; tick++) {
    await here.deliver(service, DUE + tick * MINUTE).then(
      (tickEvent) => ends.push(tickEvent.reason ?? tickEvent.verdict),
      (error: { code?: string }) => ends.push(error.code),
    );
  }
  const halted = (times: number) => Array.from({ length: times }, () => 'halted');
  const steady = Array.from({ length: 19 }, () => 'steady');
  const expected = probeFails
    ? ['service-halted', ...halted(14), 'service-halted', ...halted(4)]
    : ['recovered', ...steady];
  return judged(YEAR / MINUTE, { ends: [ends, expected], runs: [counts(here)['run'], probeFails ? 2 : 20] });
}

async function ofBackingOff(): Promise<Found> {
  const notBefore = DUE - 3 * YEAR;
  const here = world({ store: storeWith({ ...FRESH, notBefore, backoffCount: 2, streak: 6 }) });
  const service = here.service({ backoff: 9 });
  const tickEvent = await here.deliver(service, DUE);
  const after = await here.deliver(service, DUE + MINUTE);
  return judged((3 * YEAR) / MINUTE, {
    'first tick': [
      [tickEvent.outcome, tickEvent.verdict],
      ['succeeded', 'recovered'],
    ],
    'second tick': [
      [after.outcome, after.verdict],
      ['succeeded', 'steady'],
    ],
    notBefore: [after.state.notBefore, undefined],
  });
}

/** 02:30 in Berlin is left out once a year and comes twice once a year. */
async function ofADailyServiceOverYears(): Promise<Found> {
  const here = world();
  const service = here.service({
    interval: '1d',
    cron: '30 2 * * ? *',
    timezone: 'Europe/Berlin',
    consecutive: 1,
    backoff: 9,
    workload: async () => {
      throw refused();
    },
  });
  const first = Date.UTC(2025, 9, 10, 0, 30);
  await here.crash(service, first);
  // 2028-03-26 02:30 does not exist: the tick after it is the next day's.
  const back = Date.UTC(2028, 2, 27, 0, 30);
  const tickEvent = await here.deliver(service, back);
  const after = await here.deliver(service, Date.UTC(2028, 2, 28, 0, 30));
  return judged(898, {
    // The trip of the run that died counts from its own tick, years ago.
    'crashes counted': [tickEvent.crashesBooked, 1],
    'first tick': [
      [tickEvent.disposition, tickEvent.outcome],
      ['ran', 'failed'],
    ],
    'next due': [new Date(tickEvent.nextDue ?? 0).toISOString(), '2028-03-31T00:30:00.000Z'],
    'second tick': [
      [after.disposition, after.reason],
      ['skipped', 'backoff'],
    ],
  });
}

async function ofASlottedFiring(): Promise<Found> {
  const here = world();
  const service = here.service({ interval: '5s' });
  await here.clock.advance(MANY * MINUTE);
  const invocation = { deadline: here.clock.now() + 120_000, build: 'b1', prepared: () => undefined };
  const firing = runFiring(service, { scheduledFor: DUE, slack: 0 }, invocation, here.ports);
  // Nothing is left to wait for but a turn of the clock.
  await here.clock.advance(1);
  const tickEvents = await firing;
  return judged(MANY * 12, {
    ticks: [tickEvents.map(({ tick }) => tick), [{ kind: 'scheduled', scheduledFor: DUE + 55_000 }]],
    runs: [counts(here)['run'], 1],
  });
}

/**
 * A clock that stands still for its sleepers and has jumped when they wake: what a machine's sleep looks like from
 * inside.
 */
function sleepyClock(start: number) {
  const inner = fakeClock(start, { mode: 'manual' });
  let jump = 0;
  return {
    clock: { now: () => inner.now() + jump, sleep: inner.sleep },
    advance: inner.advance,
    sleep: (ms: number) => {
      jump += ms;
    },
  };
}

async function ofTheMachineItself(interval: '1m' | '5s'): Promise<Found> {
  const { clock, advance, sleep } = sleepyClock(DUE);
  const fired: number[] = [];
  const closing = new AbortController();
  const host = {
    service: defineService({ name: 'polls', interval }),
    invoke: async (event: unknown) => void fired.push(Date.parse((event as { scheduledFor: string }).scheduledFor)),
    ask: () => {},
    end: async () => {},
  };
  const ended = fireOnSchedule(host, {
    clock,
    random: scriptedRandom(),
    onError: () => {},
    onNotice: () => {},
    closing: closing.signal,
  });
  await advance(1);
  sleep(MANY * MINUTE);
  await advance(MINUTE);
  const firings = [...fired];
  closing.abort();
  await ended;
  return judged(MANY, { firings: [firings, [DUE, DUE + (MANY + 1) * MINUTE]] });
}

async function ofALoop(kind: 'loop' | 'critical'): Promise<Found> {
  const { clock, advance, sleep } = sleepyClock(DUE);
  const starts: number[] = [];
  const service: Service = defineService({
    name: 'polls',
    kind,
    interval: '1m',
    workload: async () => void starts.push((clock.now() - DUE) / MINUTE),
  });
  const loop = createLoop(service, { clock, random: scriptedRandom(), log: keptLog(), handleSignals: false });
  const ended = loop.start(4);
  await advance(1);
  sleep(MANY * MINUTE);
  await advance(5 * MINUTE);
  await ended;
  const [first = 0, ...others] = starts;
  return judged(MANY, {
    runs: [starts.length, 4],
    first: [[first], [0]],
    'the others, in minutes': [others.map((start) => start - MANY), [1, 2, 3]],
  });
}

/** All of them. */
export const ABSENCES: readonly Absence[] = [
  { name: 'a pause of 10,000 ticks', play: afterPause },
  { name: 'the schedule off for 10,000 ticks', play: () => afterTheScheduleWasOff(MANY) },
  { name: 'the schedule off for ten years', play: () => afterTheScheduleWasOff((10 * YEAR) / MINUTE) },
  { name: '10,000 stale deliveries at once', play: ofStaleDeliveries },
  { name: '10,000 runs that crashed', play: () => whileEveryRunCrashed(MANY) },
  { name: 'a billion runs that crashed', play: () => whileEveryRunCrashed(1_000_000_000) },
  { name: '100,000 runs that crashed, each 64th a trip', play: () => whileEveryRunCrashedAndTripped(100_000) },
  { name: 'DynamoDB away for 10,000 ticks', play: whileDynamoDbWasAway },
  { name: 'halted for a year, the probe succeeds', play: () => ofAHalt(false) },
  { name: 'halted for a year, the probe fails', play: () => ofAHalt(true) },
  { name: 'backed off until three years ago', play: ofBackingOff },
  { name: 'a daily service away over years of daylight saving', play: ofADailyServiceOverYears },
  { name: 'a firing of 5 s slots that comes a week late', play: ofASlottedFiring },
  { name: 'a machine that slept, every minute', play: () => ofTheMachineItself('1m') },
  { name: 'a machine that slept, every 5 s', play: () => ofTheMachineItself('5s') },
  { name: 'a loop service in a process that slept', play: () => ofALoop('loop') },
  { name: 'a critical loop in a process that slept', play: () => ofALoop('critical') },
];
