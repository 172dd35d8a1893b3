/** Makes the handler of a function, which EventBridge Scheduler, a classic scheduled event or a person invokes. */

import { FIRING_PERIOD, floorToGrid, hasSlots, latestDue } from '../rules/index.ts';
import { exhaustionIn, type Service, ServiceHaltedError } from '../service/index.ts';
import { showValue, toSafeError } from '../text/index.ts';
import { type Invocation, runFiring, runTick } from '../tick/index.ts';
import {
  type FiringAnswer,
  firingAnswer,
  type RunOnceAnswer,
  runOnceAnswer,
  type TickAnswer,
  tickAnswer,
  type UnknownServiceAnswer,
  unknownServiceAnswer,
} from './answers.ts';
import { type Composition, compose, type Overrides } from './composition.ts';
import { type Request, readEvent } from './event.ts';
import type { Answer, HandlerContext, ScheduledHandler } from './handler.ts';
import { MalformedEventError } from './malformed-event.ts';
import { answerStatus, pauseService, resumeService } from './operator.ts';

/**
 * Makes the Lambda handler of a service. This call, not each invocation, reads the environment and makes the DynamoDB
 * client and the logger.
 *
 * The answer to a firing contains the answer to its tick, or to its ticks if the interval is below a minute. A skipped
 * tick is answered too and is not an error. The handler throws MalformedEventError for an event that it can't read,
 * ServiceHaltedError once when a scheduled tick halts the service, and the errors of the store with credentials masked.
 * For a run by hand, a failure or a halt is part of the answer and is not thrown. An event that names another service
 * is answered, and nothing is done.
 * @throws InvalidOptionsError at once, if the environment can't be used
 */
export function scheduledHandler(service: Service, overrides: Overrides = {}): ScheduledHandler {
  return handlerOf(compose(service, overrides));
}

/** By handler: a function of several services runs each with a build id of its own. */
const compositions = new WeakMap<object, Composition>();

/** The composition of a handler that {@link scheduledHandler} made; `undefined` of anything else. */
export function compositionOf(handler: unknown): Composition | undefined {
  return typeof handler === 'function' ? compositions.get(handler) : undefined;
}

/** The handler of a composition. */
export function handlerOf(composition: Composition): ScheduledHandler {
  const { service } = composition;
  return remembered(composition, async (event, context) => {
    try {
      const request = readEvent(service.name, event, composition.ports.clock.now());
      return await answer(composition, request, context);
    } catch (error) {
      composition.ports.log.error(`${service.name}: the invocation failed; its error says what follows`, { error });
      // A process without free memory, sockets or file descriptors must end, since it would fail every later
      // invocation. A ServiceHaltedError is left out: its cause is the error of a run, and after a run with such an
      // error the tick has ended the process already.
      if (!(error instanceof ServiceHaltedError) && exhaustionIn(error) === 'process') {
        (context.endAfterAnswer ?? composition.ports.recycle)();
      }
      throw toSafeError(error);
    }
  });
}

function remembered(composition: Composition, handler: ScheduledHandler): ScheduledHandler {
  compositions.set(handler, composition);
  return handler;
}

function answer(composition: Composition, request: Request, context: HandlerContext): Promise<Answer> {
  switch (request.kind) {
    case 'firing':
      return fireAndRecycle(composition, request, context);
    case 'run-once':
      return runOnce(composition, request.force, context);
    case 'status':
      return answerStatus(composition);
    case 'pause':
      return pauseService(composition, request);
    case 'resume':
      return resumeService(composition);
    case 'unknown-service':
      return refuseStranger(composition, request.given);
  }
}

/** An event for another service is answered: a retry would bring the same one. */
async function refuseStranger({ service, ports }: Composition, given: unknown): Promise<UnknownServiceAnswer> {
  const answer = unknownServiceAnswer(service.name, [service.name], given);
  ports.log.error(answer.message);
  return answer;
}

function invocationOf({ ports, environment, prepared }: Composition, context: HandlerContext): Invocation {
  return {
    deadline: ports.clock.now() + context.getRemainingTimeInMillis(),
    build: environment.build,
    prepared,
    endAfterAnswer: context.endAfterAnswer,
    closing: context.closing,
    stop: context.stop,
  };
}

/**
 * Runs a firing. If a stray error has occurred in this process, ends the process afterwards, since its memory may be
 * damaged. The runs of the firing are committed by then and the observers are notified, but on Lambda the answer is
 * lost. A manual action never ends the process, since a person waits for its answer.
 */
async function fireAndRecycle(
  composition: Composition,
  request: Extract<Request, { kind: 'firing' }>,
  context: HandlerContext,
): Promise<TickAnswer | FiringAnswer> {
  const answer = await fire(composition, request, context);
  const recycle = context.endAfterAnswer ?? composition.ports.recycle;
  if (composition.strayErrors.count > 0) recycle();
  return answer;
}

async function fire(
  composition: Composition,
  request: Extract<Request, { kind: 'firing' }>,
  context: HandlerContext,
): Promise<TickAnswer | FiringAnswer> {
  const { service, environment, ports } = composition;
  const { delivery, scheduledFor: given } = request;
  const now = ports.clock.now();
  const invocation = invocationOf(composition, context);
  if (hasSlots(service.schedule)) {
    const scheduledFor = given ?? floorToGrid({ interval: FIRING_PERIOD }, now);
    const tickEvents = await runFiring(
      service,
      { scheduledFor, slack: environment.slack, delivery },
      invocation,
      ports,
    );
    return firingAnswer(service.name, scheduledFor, tickEvents);
  }
  const scheduledFor = given ?? latestDue(service.schedule, now);
  if (scheduledFor === undefined) throw neverDue(service);
  return tickAnswer(await runTick(service, { kind: 'scheduled', scheduledFor, delivery }, invocation, ports));
}

/**
 * The error of an event without a due time, if the cron expression of the service was never due until now. Then there
 * is no latest due time to use instead.
 */
function neverDue({ name, schedule }: Service): MalformedEventError {
  const expected = `a due time, since the cron expression ${showValue(schedule.cron)} was never due until now`;
  return new MalformedEventError(name, [`scheduledFor: expected ${expected}, got an unfilled placeholder`]);
}

async function runOnce(composition: Composition, force: boolean, context: HandlerContext): Promise<RunOnceAnswer> {
  const { service, ports } = composition;
  const tickEvent = await runTick(service, { kind: 'manual', force }, invocationOf(composition, context), ports);
  return runOnceAnswer(tickEvent, ports.clock.now());
}
