/**
 * A service played tick by tick on a fake clock, under its synthesised alarms. What it emits is captured from standard
 * output as Lambda would, and stamped with the played time, since the lines themselves carry the machine's. Lambda's
 * own metrics are put beside it, one sample an invocation.
 */
import { vi } from 'vitest';
import { emfObserver, overdueEmf } from '../../../lib/metrics/index.ts';
import { nextDue } from '../../../lib/rules/index.ts';
import type { Service, ServiceOptions } from '../../../lib/service/index.ts';
import { DAY } from '../../../lib/time/index.ts';
import { checkServices, watchedServiceOf } from '../../../lib/watchdog/index.ts';
import { DUE, MINUTE, refused, type World, world } from '../../support/tick-kit.ts';
import { type Evaluation, evaluation, type Reading, type Sample, type State } from './evaluator.ts';
import { NAMESPACE, type SynthesisedAlarms, synthesise } from './evaluator-stack.ts';

/** What becomes of a tick. `lost`: it never arrives; `broken`: the function dies before it can say anything. */
export type Fate = 'succeeds' | 'fails' | 'is fatal' | 'dies' | 'lost' | 'broken' | 'throttled' | Arrives;

/** A tick that arrives late, or whose invocation lasts; in milliseconds. It succeeds. */
export interface Arrives {
  readonly late?: number;
  readonly lasts?: number;
}

/** A service under its alarms, played. */
export interface Play {
  readonly service: Service;
  /** Lets time pass. `fate` of each tick due meanwhile, by its number from 0. */
  pass(milliseconds: number, fate?: Fate | ((tick: number) => Fate)): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Another stack in the place of this one. */
  deploy(stack: SynthesisedAlarms): void;
  /** Another build of the function: its hash. */
  rebuild(build: string): void;
  /** One sample of somebody else's metric, now. */
  addSample(sample: Omit<Sample, 'at'>): void;
  state(alarm: string): State | undefined;
  /** Minutes from the start at which the alarm rang, whether anybody was told or not. */
  rang(alarm: string): readonly number[];
  /** Who was told when: `pager at 7`, minutes from the start. */
  readonly pages: readonly string[];
}

/** What is played. */
export interface PlayOptions {
  readonly service?: Partial<ServiceOptions<undefined>>;
  readonly reading: Reading;
  /** Whether the watchdog checks the service every five minutes. @default false */
  readonly watched?: boolean;
  /** Makes the stack. @default the service's essential alarms */
  readonly stack?: (service: Service) => SynthesisedAlarms;
}

/**
 * Starts a play at the moment in which the stack is deployed for the first time: 09:00 UTC, a due time that has just
 * gone by.
 */
export function play(given: PlayOptions): Play {
  const { service: options = {}, reading, watched = false, stack: make = (one: Service) => synthesise([one]) } = given;
  const captured = captureLines();
  const observer = emfObserver({ namespace: NAMESPACE });
  const on = world({ observers: [observer] });
  let fateNow: Fate = 'succeeds';
  const service = on.service({ name: 'svc', ...options, workload: async () => actOut(fateNow) });
  let stack = make(service);
  const alarms = evaluation(stack.template, reading);
  let build = 'b1';
  const checks = watchdog(on, service);
  let due = firstDue(service);
  let minute = DUE + MINUTE;

  const collect = () => alarms.put(captured().flatMap((line) => samplesOf(line, on.clock.now())));
  const lambda = (metricName: string, value: number) =>
    alarms.put([
      {
        namespace: 'AWS/Lambda',
        metricName,
        dimensions: { FunctionName: stack.names[service.name] ?? '' },
        at: on.clock.now(),
        value,
      },
    ]);

  async function tick(fate: Fate): Promise<void> {
    if (fate === 'lost') return;
    lambda('Throttles', fate === 'throttled' ? 1 : 0);
    if (fate === 'throttled') return;
    fateNow = fate;
    lambda('Errors', await invoke({ on, service, due, build }, fate));
    lambda('Duration', typeof fate === 'object' ? (fate.lasts ?? 100) : 100);
    collect();
  }

  const moveTo = (instant: number) => on.clock.advance(Math.max(0, instant - on.clock.now()));

  /** The next thing up to `end`: an evaluation, or the arrival of the tick that is due. */
  async function happens(end: number, fate: Fate): Promise<'nothing' | 'evaluation' | 'tick'> {
    const arrival = due + lateness(fate);
    const next = Math.min(minute, arrival);
    if (next > end) return 'nothing';
    await moveTo(next);
    if (minute <= arrival) {
      alarms.evaluate(minute);
      if (watched && minute % (5 * MINUTE) === 0) await checks();
      collect();
      minute += MINUTE;
      return 'evaluation';
    }
    await tick(fate);
    due += service.schedule.interval;
    return 'tick';
  }

  return {
    service,
    async pass(milliseconds, fate = 'succeeds') {
      const end = on.clock.now() + milliseconds;
      const fateOf = (number: number) => (typeof fate === 'function' ? fate(number) : fate);
      let number = 0;
      for (let happened = await happens(end, fateOf(0)); happened !== 'nothing'; ) {
        if (happened === 'tick') number += 1;
        happened = await happens(end, fateOf(number));
      }
      await moveTo(end);
    },
    async pause() {
      await on.store.pause(service.name, { at: on.clock.now(), reason: 'maintenance', by: 'somebody' });
    },
    async resume() {
      await on.store.resume(service.name);
      observer.resumed?.(service.name);
      await observer.flush?.();
      collect();
    },
    deploy(next) {
      stack = next;
      alarms.deploy(next.template, on.clock.now());
    },
    rebuild(next) {
      build = next;
    },
    addSample: (sample) => alarms.put([{ ...sample, at: on.clock.now() }]),
    state: (alarm) => alarms.state(idIn(stack, alarm)),
    rang: (alarm) =>
      alarms.changes.filter((change) => change.to === 'ALARM' && change.alarm === idIn(stack, alarm)).map(minutes),
    get pages() {
      return alarms.pages.map((page) => `${nameIn(stack, page.alarm)} at ${minutes(page)}`);
    },
  };
}

function firstDue({ schedule }: Service): number {
  const { interval } = schedule;
  // What divides no day is a rate, which counts from the deploy.
  return DAY % interval === 0 ? (nextDue(schedule, DUE) ?? DUE + interval) : DUE + interval;
}

/** The watchdog's work on the service, with its memory from check to check. */
function watchdog({ clock, ports, log, store }: World, service: Service): () => Promise<unknown> {
  const metric = overdueEmf({ namespace: NAMESPACE });
  const states = { read: async () => new Map([[service.name, await store.read(service.name)]]) };
  let cursor = '';
  const saveCursor = (next: string) => {
    cursor = next;
  };
  return () => {
    const { signal } = new AbortController();
    const context = { service: 'watch-services', clock, random: ports.random, signal, log, cursor, saveCursor };
    return checkServices(context, { watched: [watchedServiceOf(service)], states, metric });
  };
}

function lateness(fate: Fate): number {
  return typeof fate === 'object' ? (fate.late ?? 0) : 0;
}

function minutes({ at }: Evaluation['changes'][number]): number {
  return (at - DUE) / MINUTE;
}

function idIn({ ids }: SynthesisedAlarms, name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`alarm: expected ${Object.keys(ids).join(', ')}, got ${name}`);
  return id;
}

function nameIn({ ids }: SynthesisedAlarms, id: string): string {
  return Object.keys(ids).find((name) => ids[name] === id) ?? id;
}

/** Standard output, swallowed: what was written since it was last asked, by lines. */
function captureLines(): () => string[] {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  return () => {
    const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
    write.mockClear();
    return text.split('\n').filter((line) => line !== '');
  };
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** The samples that CloudWatch takes out of a line in embedded metric format. */
export function samplesOf(line: string, at: number): Sample[] {
  const { _aws, ...members } = JSON.parse(line) as {
    readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] };
  };
  const values = members as Readonly<Record<string, unknown>>;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        metricName: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(values[name])])),
        at,
        value: Number(values[Name]),
      })),
    ),
  );
}

interface Cast {
  readonly on: World;
  readonly service: Service;
  readonly due: number;
  readonly build: string;
}

/** Lambda's count of errors: 1 if the invocation threw or died. */
async function invoke({ on, service, due, build }: Cast, fate: Fate): Promise<0 | 1> {
  if (fate === 'broken') return 1;
  if (fate === 'dies') return (await on.crash(service, due)) === undefined ? 1 : 0;
  try {
    await on.deliver(service, due, { build });
    return 0;
  } catch {
    return 1;
  }
}

function actOut(fate: Fate): void {
  if (fate === 'fails') throw refused();
  if (fate === 'is fatal') throw new TypeError('undefined is not a function');
}
