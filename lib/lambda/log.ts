/** The log: structured lines through Powertools, one wide line a tick. */
import { Logger } from '@aws-lambda-powertools/logger';
import type { CrashStory, Log, Observer, TickStory } from '../runner/index.ts';
import { toIso } from '../time/index.ts';

/** The message of the wide line that each tick leaves. */
export const TICK_MESSAGE = 'tick';
/** The message of the line that each booked crash leaves. */
export const CRASH_MESSAGE = 'run crashed';

/** A log for one service; its lines carry the name as `service`. Level and switches are Powertools' own (`POWERTOOLS_LOG_LEVEL`). */
export function serviceLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}

/** An observer that writes one wide line a tick, and a line for every crash that is booked. */
export function tickLog(log: Log): Observer {
  return {
    tickEnded: (story) => log[levelOf(story)](TICK_MESSAGE, wideLine(story)),
    crashBooked: (story) => log.warn(CRASH_MESSAGE, crashLine(story)),
  };
}

function levelOf({ outcome, verdict }: TickStory): 'info' | 'warn' | 'error' {
  if (verdict === 'halted' || outcome === 'fatal') return 'error';
  return outcome === undefined || outcome === 'succeeded' ? 'info' : 'warn';
}

function wideLine(story: TickStory): Record<string, unknown> {
  const { tick, state, failure, startedAt, nextDue, report: _report, service: _service, ...rest } = story;
  return {
    ...rest,
    manual: tick.kind === 'manual',
    tick: tick.kind === 'scheduled' ? toIso(tick.scheduledFor) : null,
    ...(tick.kind === 'scheduled' ? tick.delivery : {}),
    startedAt: toIso(startedAt),
    nextDue: nextDue === undefined ? null : toIso(nextDue),
    streak: state.streak,
    backoffCount: state.backoffCount,
    trackRecord: state.record.map((outcome) => (outcome ? '1' : '0')).join(''),
    lastSuccess: state.lastSuccess === undefined ? null : toIso(state.lastSuccess),
    ...(state.halt === undefined ? {} : { haltCause: state.halt.cause }),
    ...(failure === undefined
      ? {}
      : { errorClass: failure.errorClass, errorMessage: failure.message, errorText: failure.text }),
  };
}

function crashLine({ service: _service, bookedAt, ...rest }: CrashStory): Record<string, unknown> {
  return { ...rest, bookedAt: toIso(bookedAt) };
}
