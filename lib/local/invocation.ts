import { ACTIONS, EVENT_FIELDS, readEvent } from '../lambda/index.ts';

import { didYouMean, isRecord, showValue, toSafeCause } from '../text/index.ts';
import { systemClock } from '../time/index.ts';
import type { FoundServices } from './services/find-services.ts';

/** The arguments of `npm run invoke`. */
export interface ManualInvocation {
  readonly service: string;
  /** The event as JSON, or the name of an action such as `status`. */
  readonly payload: string;
  /** The input of a run by hand, as JSON. @default no input but that of the payload */
  readonly input?: string | undefined;
}

/**
 * Checks the arguments of `npm run invoke` before anything is started: the service must exist, and its handler must
 * accept the event.
 * @returns the event for the handler
 * @throws RangeError which names the service or the payload, with the expected and the given value
 */
export function checkInvocation(
  { entries, faults }: FoundServices,
  { service, payload, input }: ManualInvocation,
  now: number = systemClock.now(),
): unknown {
  const known = entries.map((entry) => entry.service.name);
  if (!known.includes(service)) throw unknownService(service, known, faults);
  const event = withInput(eventOf(payload), input);
  try {
    const request = readEvent(service, event, now);
    if (request.kind === 'unknown-service') throw new RangeError(strangerIn(service, request.given));
  } catch (error) {
    throw new RangeError(`${(error as Error).message}${hintFor(event)}`, { cause: toSafeCause(error) });
  }
  return event;
}

function strangerIn(service: string, given: unknown): string {
  return `${service}: service: expected '${service}' or no such field, got ${showValue(given)}; nothing was done`;
}

function hintFor(event: unknown): string {
  if (!isRecord(event)) return '';
  const fields = Object.keys(event).map((field) =>
    EVENT_FIELDS.includes(field) ? '' : didYouMean(field, EVENT_FIELDS),
  );
  return [didYouMean(event['action'], ACTIONS), ...fields].find((hint) => hint !== '') ?? '';
}

function unknownService(service: string, known: readonly string[], faults: FoundServices['faults']): RangeError {
  const fault = faults.find(({ name }) => name === service);
  if (fault !== undefined) return new RangeError(`${service}: it can't be loaded (${fault.text}); nothing was started`);
  const names = [...known, ...faults.map(({ name }) => name)];
  const expected = known.length === 0 ? 'a service of the catalog, which is empty' : known.join(' or ');
  return new RangeError(`service: expected ${expected}, got ${showValue(service)}${didYouMean(service, names)}`);
}

/**
 * The event with the input.
 * @throws RangeError if the input is no JSON, if the event starts no run, or if it has an input already
 */
function withInput(event: unknown, written: string | undefined): unknown {
  if (written === undefined) return event;
  const action = isRecord(event) ? event['action'] : undefined;
  if (!isRecord(event) || action !== 'run-once') {
    throw new RangeError(`--input: expected only with run-once, got it with ${showValue(action ?? event)}`);
  }
  if (event['input'] !== undefined)
    throw new RangeError('--input: expected no input in the payload beside it, got one');
  try {
    return { ...event, input: JSON.parse(written) as unknown };
  } catch {
    throw new RangeError(`--input: expected JSON, got ${showValue(written)}`);
  }
}

/**
 * Parses JSON, or makes an event from the name of an action.
 * @throws RangeError for any other payload
 */
function eventOf(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    if (/^[\w-]+$/.test(payload)) return { action: payload };
    throw new RangeError(`payload: expected JSON or the name of an action, got ${showValue(payload)}`);
  }
}
