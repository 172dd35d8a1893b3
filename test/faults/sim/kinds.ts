/** The invocations that are enumerated: one of each kind, and what the service has been through before it. */
import type { HandlerEvent } from '../../../lib/lambda/index.ts';
import { MINUTE, parseInstant, toIso } from '../../../lib/time/index.ts';
import { SERVICES, type Simulated } from './services.ts';
import { DUE } from './simulation.ts';
import { WAYS, type Way } from './workloads.ts';

/** An invocation of one kind, and what the service has been through before it. */
export interface Kind {
  readonly name: string;
  readonly service: string;
  readonly event: HandlerEvent;
  readonly way?: string;
  readonly before?: readonly { readonly event: HandlerEvent; readonly way?: string; readonly crash?: boolean }[];
  /** Whether its process is asked to stop while its workload runs. */
  readonly stopped?: boolean;
}

const tick = (minutes: number): HandlerEvent => ({ scheduledFor: toIso(DUE + minutes * MINUTE) });
export const RUN_ONCE = { action: 'run-once' } as const;
const PAUSE = { action: 'pause', reason: 'moving house', by: 'ada' } as const;

/** Every kind of invocation. Ticks lie behind the service's past, which begins at the first due time. */
export const KINDS: readonly Kind[] = [
  { name: 'a healthy tick', service: 'poll', event: tick(1) },
  { name: 'a failing tick', service: 'poll', event: tick(1), way: 'is refused' },
  {
    name: 'a tick that trips',
    service: 'poll',
    event: tick(1),
    way: 'is refused',
    before: [{ event: tick(0), way: 'is refused' }],
  },
  { name: 'a tick that halts', service: 'poll', event: tick(1), way: 'has a bug' },
  { name: 'a tick that times out', service: 'poll', event: tick(1), way: 'never ends' },
  { name: 'a tick that gives in when its time is up', service: 'poll', event: tick(1), way: 'gives in when told' },
  { name: 'a tick that succeeds in its grace', service: 'poll', event: tick(1), way: 'gives in late, with success' },
  { name: 'a tick that counts a crash', service: 'poll', event: tick(1), before: [{ event: tick(0), crash: true }] },
  {
    name: 'a tick that is skipped for what it counts',
    service: 'sync',
    event: tick(5),
    before: [{ event: tick(0), crash: true }],
  },
  {
    name: 'a tick of a halted and paused service',
    service: 'poll',
    event: tick(1),
    before: [{ event: tick(0), way: 'has a bug' }, { event: PAUSE }],
  },
  { name: 'a tick of a paused service', service: 'poll', event: tick(1), before: [{ event: PAUSE }] },
  { name: 'a tick that is given back', service: 'poll', event: tick(1), way: 'gives in when told', stopped: true },
  { name: 'a firing with several slots', service: SERVICES[3]?.name ?? '', event: tick(0), way: 'is refused' },
  { name: 'a run by hand', service: 'poll', event: RUN_ONCE },
  {
    name: 'a run by force',
    service: 'poll',
    event: { ...RUN_ONCE, force: true },
    before: [{ event: tick(0), way: 'has a bug' }],
  },
  { name: 'a pause', service: 'poll', event: PAUSE, before: [{ event: tick(0) }] },
  { name: 'a resume', service: 'poll', event: { action: 'resume' }, before: [{ event: tick(0), way: 'has a bug' }] },
];

/** Manual events come a minute after the first due time, as the ticks do. */
export function dueOf({ event, service }: Kind): number {
  const scheduled = 'scheduledFor' in event ? (parseInstant(event.scheduledFor) ?? DUE) : DUE + MINUTE;
  return service === SERVICES[3]?.name ? scheduled : Math.max(scheduled, DUE + MINUTE);
}

export function serviceOf({ service }: Kind): Simulated {
  const found = SERVICES.find(({ name }) => name === service);
  if (found === undefined) throw new Error(`there is no service ${service}`);
  return found;
}

export function wayNamed(name = 'succeeds'): Way {
  const found = WAYS.find((way) => way.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
}
