/**
 * Writes the log of a function: JSON lines through the Logger of Powertools. One of them is the wide line of a tick, a
 * single line with everything that is known about the tick.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { fitTrackRecord, type Policy } from '../rules/index.ts';
import { type Log, logTo } from '../service/index.ts';
import { escapeLogLine, toLogFields, toLogMessage } from '../text/index.ts';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The message of the wide line, the one log line that each tick leaves. */
export const TICK_MESSAGE = 'tick';
/** The message of the log line that is written for each crashed run, when the next tick counts it. */
export const CRASH_MESSAGE = 'run crashed';

/**
 * The levels of log lines as Powertools numbers them. A logger writes a line if the level of the line is at least the
 * level of the logger.
 */
const LEVELS: Readonly<Record<keyof Log, number>> = { debug: 8, info: 12, warn: 16, error: 20 };

/**
 * Matches a log line that consists of printable ASCII characters, as most lines do. Such a line has no hidden
 * characters to escape.
 */
const OF_PRINTED_ASCII = /^[ -~]*$/;

/**
 * Makes the logger of one service. Each line contains the name of the service in the field `service`. Hidden characters
 * (such as control characters) in a line are escaped.
 */
export function serviceLogger(service: string): Logger {
  const logger = new Logger({ serviceName: service });
  return Object.assign(logger, { console: visibleConsole(logger) }) as Logger;
}

/**
 * Makes a console through which the logger writes its lines. The console escapes hidden characters in each line, since
 * JSON escapes few of them. Powertools offers no other place for it between the conversion to JSON and the output.
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

/**
 * Makes a log that doesn't mask credentials in messages and fields, and doesn't cut long ones. It is only for values
 * that Tickover makes itself.
 */
export function ownLog(logger: Logger): Log {
  return logTo((level, message, fields = {}) => logger[level](message, fields));
}

/**
 * Makes a log for the values that a service logs. Messages and fields become JSON of bounded size with credentials
 * masked. An error becomes its error summary. A few words replace a value that JSON can't express. Writing never
 * throws. `AWS_LAMBDA_LOG_LEVEL` sets the level in Lambda, `POWERTOOLS_LOG_LEVEL` elsewhere.
 */
export function serviceLog(service: string, logger = serviceLogger(service)): Log {
  return logTo((level, message, fields = {}) => {
    if (logger.level <= LEVELS[level]) logger[level](toLogMessage(message), toLogFields(fields));
  });
}

/**
 * Makes an observer that writes one wide line to `log` for each tick, and one line for each crashed run. It doesn't
 * mask or cut the fields: Tickover has masked and bounded the errors and results in an event before.
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
 * The fields of the wide line of a tick. The code names each field instead of copying all properties of the event, so
 * that the log stays the same if a property is renamed.
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
