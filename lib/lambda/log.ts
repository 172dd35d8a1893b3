/** Writes the log of a function: structured lines through Powertools, among them one wide line for each tick. */
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

/**
 * The levels of log lines as Powertools numbers them: a logger writes a line if its level is at least that of the
 * logger.
 */
const LEVELS: Readonly<Record<keyof Log, number>> = { debug: 8, info: 12, warn: 16, error: 20 };

/** Matches a line of printable ASCII characters, as most are. Such a line has no hidden characters to escape. */
const OF_PRINTED_ASCII = /^[ -~]*$/;

/**
 * Makes the logger of one service. Its lines contain the name of the service as `service`, and hidden characters in
 * them are escaped.
 */
export function serviceLogger(service: string): Logger {
  const logger = new Logger({ serviceName: service });
  return Object.assign(logger, { console: visibleConsole(logger) }) as Logger;
}

/**
 * Makes a console for the logger that escapes hidden characters in each line. JSON escapes few of them, and Powertools
 * offers no other place between the conversion to JSON and the output.
 */
function visibleConsole(logger: Logger): object {
  // TypeScript lets code read a private member only in brackets.
  const console = logger['console'];
  const methods = Object.keys(LEVELS) as (keyof Log)[];
  const visible = methods.map((method) => [
    method,
    (line: string) => console[method](OF_PRINTED_ASCII.test(line) ? line : escapeLogLine(line)),
  ]);
  return Object.assign(Object.create(console) as object, Object.fromEntries(visible));
}

/** Makes a log that writes fields unchanged, without masking. It is only for values that Tickover makes itself. */
export function ownLog(logger: Logger): Log {
  return logTo((level, message, fields = {}) => logger[level](message, fields));
}

/**
 * Makes a log for the values that a service logs. Messages and fields become JSON of bounded size with credentials
 * masked; an error becomes its error summary; a value that JSON can't hold is replaced by a few words. Writing never
 * throws. `AWS_LAMBDA_LOG_LEVEL` sets the level in Lambda, `POWERTOOLS_LOG_LEVEL` elsewhere.
 */
export function serviceLog(service: string, logger = serviceLogger(service)): Log {
  return logTo((level, message, fields = {}) => {
    if (logger.level <= LEVELS[level]) logger[level](toLogMessage(message), toLogFields(fields));
  });
}

/**
 * Makes an observer that writes one wide line for each tick, and a line for each crashed run. The fields of events are
 * values of Tickover itself, so they are written unchanged.
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
 * The fields of the wide line of a tick. Each is named here, so that the log stays the same if a property of the event
 * is renamed.
 */
function wideLine(event: TickEvent, policy: Policy): Record<string, unknown> {
  const { tick, state, failure, nextDue, result } = event;
  const scheduled = tick.kind === 'scheduled' ? tick : undefined;
  // The Logger leaves out fields whose value is undefined.
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
