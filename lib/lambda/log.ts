/** The log: structured lines through Powertools, with one wide line for each tick. */
import { Logger } from '@aws-lambda-powertools/logger';
import { fitTrackRecord, type Policy } from '../rules/index.ts';
import { type Log, logTo } from '../service/index.ts';
import { escapeLogLine, toLogFields, toLogMessage } from '../text/index.ts';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The message of the wide line that each tick leaves. */
export const TICK_MESSAGE = 'tick';
/** The message of the line that each crashed run leaves when it is counted. */
export const CRASH_MESSAGE = 'run crashed';

/** Powertools' thresholds: a logger writes lines of its own level and above. */
const LEVELS: Readonly<Record<keyof Log, number>> = { debug: 8, info: 12, warn: 16, error: 20 };

/** Most lines: nothing in them has to be looked for. */
const OF_PRINTED_ASCII = /^[ -~]*$/;

/** The logger of one service; its lines contain the name as `service`, and no hidden characters. */
export function serviceLogger(service: string): Logger {
  const logger = new Logger({ serviceName: service });
  return Object.assign(logger, { console: visibleConsole(logger) }) as Logger;
}

/**
 * The border at which a line is written. JSON escapes few of the characters that a reader doesn't see, and Powertools
 * offers no other place between JSON and the console: this replaces the console of the logger.
 */
function visibleConsole(logger: Logger): object {
  // Only in brackets is a private member readable.
  const console = logger['console'];
  const methods = Object.keys(LEVELS) as (keyof Log)[];
  const visible = methods.map((method) => [
    method,
    (line: string) => console[method](OF_PRINTED_ASCII.test(line) ? line : escapeLogLine(line)),
  ]);
  return Object.assign(Object.create(console) as object, Object.fromEntries(visible));
}

/** A log that writes fields unchanged, so it is only for Tickover's own values. */
export function ownLog(logger: Logger): Log {
  return logTo((level, message, fields = {}) => logger[level](message, fields));
}

/**
 * A log for the values that a service logs. Messages and fields become bounded JSON with credentials masked; an error
 * becomes its summary; a few words replace a value that JSON can't hold. Writing never throws. The level is Lambda's
 * (`AWS_LAMBDA_LOG_LEVEL`), elsewhere Powertools' own (`POWERTOOLS_LOG_LEVEL`).
 */
export function serviceLog(service: string, logger = serviceLogger(service)): Log {
  return logTo((level, message, fields = {}) => {
    if (logger.level <= LEVELS[level]) logger[level](toLogMessage(message), toLogFields(fields));
  });
}

/**
 * An observer that writes one wide line for each tick, and a line for every crashed run. The fields of events are
 * Tickover's own values, so they are written unchanged.
 */
export function tickLog(log: Log, policy: Policy): Observer {
  return {
    tickEnded: (event) => log[levelOf(event)](TICK_MESSAGE, wideLine(event, policy)),
    runCrashed: (event) => log.warn(CRASH_MESSAGE, crashLine(event)),
  };
}

function levelOf({ outcome, verdict }: TickEvent): 'info' | 'warn' | 'error' {
  if (verdict === 'halted' || outcome === 'fatal') return 'error';
  return outcome === undefined || outcome === 'succeeded' ? 'info' : 'warn';
}

/**
 * The fields of the wide line. Each is named here, so that the log stays the same if a property of the event is
 * renamed.
 */
function wideLine(event: TickEvent, policy: Policy): Record<string, unknown> {
  const { tick, state, failure, nextDue, result } = event;
  const scheduled = tick.kind === 'scheduled' ? tick : undefined;
  // The Logger drops fields without a value.
  return {
    build: event.build,
    bypassed: event.bypassed,
    disposition: event.disposition,
    reason: event.reason,
    crashesBooked: event.crashesBooked,
    fence: event.fence,
    verdict: event.verdict,
    status: event.status,
    latenessMs: event.latenessMs,
    durationMs: event.durationMs,
    outcome: event.outcome,
    overrunMs: event.overrunMs,
    manual: tick.kind === 'manual',
    tick: scheduled && toIso(scheduled.scheduledFor),
    executionId: scheduled?.delivery?.executionId,
    attempt: scheduled?.delivery?.attempt,
    startedAt: toIso(event.startedAt),
    nextDue: nextDue === undefined ? undefined : toIso(nextDue),
    streak: state.streak,
    backoffCount: state.backoffCount,
    trackRecord: fitTrackRecord(policy, state.trackRecord)
      .map((outcome) => (outcome ? '1' : '0'))
      .join(''),
    lastSuccess: state.lastSuccess === undefined ? undefined : toIso(state.lastSuccess),
    result,
    haltCause: state.halt?.cause,
    errorClass: failure?.errorClass,
    errorMessage: failure?.message,
    errorText: failure?.text,
  };
}

function crashLine(event: CrashEvent): Record<string, unknown> {
  return {
    fence: event.fence,
    streak: event.streak,
    halted: event.halted,
    bookedAt: toIso(event.bookedAt),
  };
}
