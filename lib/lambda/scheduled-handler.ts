import { FIRING_PERIOD, floorToGrid, hasSlots, latestDue } from '../rules/index.ts';
import { brandedHandler, exhaustionIn, type Service } from '../service/index.ts';
import { hasCode, showValue, toSafeError } from '../text/index.ts';
import { type Invocation, runFiring, runTick } from '../tick/index.ts';
import {
  type FiringAnswer,
  firingAnswer,
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
import { runOnce } from './run-once.ts';

/**
 * Makes the Lambda handler of a service. Environment, DynamoDB client and logger are made now and not at each
 * invocation.
 *
 * A skipped tick is no error. The handler throws MalformedEventError for an invalid event, ServiceHaltedError when a
 * scheduled tick halts the service, and the errors of DynamoDB. If a person runs the service by hand, the answer
 * contains the failure instead.
 * @throws InvalidOptionsError if an environment variable is invalid
 */
export function scheduledHandler(service: Service, overrides: Overrides = {}): ScheduledHandler {
  return handlerOf(compose(service, overrides));
}

/** The Composition of each handler that `scheduledHandler` made. `groupHandler` reads it. */
const compositions = new WeakMap<object, Composition>();

/** Returns what {@link scheduledHandler} made the handler from; `undefined` for any other value. */
export function compositionOf(handler: unknown): Composition | undefined {
  return typeof handler === 'function' ? compositions.get(handler) : undefined;
}

export function handlerOf(composition: Composition): ScheduledHandler {
  const { service } = composition;
  return remembered(composition, async (event, context) => {
    try {
      const request = readEvent(service.name, event, composition.ports.clock.now());
      return await answer(composition, request, context);
    } catch (error) {
      composition.ports.log.error(`${service.name}: the invocation failed; its error says what follows`, { error });
      // Ends a process without free memory, sockets or file descriptors, since every later invocation would fail in it.
      // Before a ServiceHaltedError is thrown, `runTick` has already ended such a process.
      if (!hasCode(error, 'service-halted') && exhaustionIn(error) === 'process') {
        (context.endAfterAnswer ?? composition.ports.recycle)();
      }
      throw toSafeError(error);
    }
  });
}

function remembered(composition: Composition, handler: ScheduledHandler): ScheduledHandler {
  compositions.set(handler, composition);
  return brandedHandler(handler, composition.service);
}

function answer(composition: Composition, request: Request, context: HandlerContext): Promise<Answer> {
  switch (request.kind) {
    case 'firing':
      return fireAndRecycle(composition, request, context);
    case 'run-once':
      return runOnce(composition, request, invocationOf(composition, context));
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

/** Answers instead of throwing, since EventBridge Scheduler would send the same wrong event again after an error. */
async function refuseStranger({ service, ports }: Composition, given: unknown): Promise<UnknownServiceAnswer> {
  const answer = unknownServiceAnswer(service.name, [service.name], given);
  ports.log.error(answer.message);
  return answer;
}

function invocationOf({ ports, environment, prepared, secrets }: Composition, context: HandlerContext): Invocation {
  return {
    deadline: ports.clock.now() + context.getRemainingTimeInMillis(),
    build: environment.build,
    prepared,
    secrets,
    endAfterAnswer: context.endAfterAnswer,
    closing: context.closing,
    stop: context.stop,
  };
}

/**
 * Runs the ticks of one invocation by the schedule. If a run left an error behind in a promise or timer, the process
 * ends afterwards, since its memory may be damaged. The state is stored by then; on Lambda the answer is lost.
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

function neverDue({ name, schedule }: Service): MalformedEventError {
  const expected = `a due time, since the cron expression ${showValue(schedule.cron)} was never due until now`;
  return new MalformedEventError(name, [`scheduledFor: expected ${expected}, got an unfilled placeholder`]);
}
