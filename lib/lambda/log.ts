/**
 * Writes the log of a Lambda function as JSON lines, by the Logger of Powertools. Each tick leaves one line with
 * everything that is known about the tick.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { fitTrackRecord, type Policy } from '../rules/index.ts';
import { type Log, logTo } from '../service/index.ts';
import { escapeLogLine, toLogFields, toLogMessage } from '../text/index.ts';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The message of the one log line that each tick leaves. */
export const TICK_MESSAGE = 'tick';
/** The message of the log line about a run whose process died. The next tick of the service writes this line. */
export const CRASH_MESSAGE = 'run crashed';

/** The numbers by which Powertools compares levels. A logger writes a line of its own level or a higher one. */
const LEVELS: Readonly<Record<keyof Log, number>> = { debug: 8, info: 12, warn: 16, error: 20 };

/** Matches a line of printable ASCII, which needs no escaping. Most log lines match. */
const OF_PRINTED_ASCII = /^[ -~]*$/;

/** The part of a Powertools Logger that Tickover uses. Powertools' own type needs the types of other packages. */
export type ServiceLogger = Log & { readonly level: number };

/**
 * Makes the logger of one service. Each line contains the name of the service in the field `service`. Control
 * characters and other invisible characters are escaped.
 */
export function serviceLogger(service: string): ServiceLogger {
  const logger = new Logger({ serviceName: service });
  return Object.assign(logger, { console: visibleConsole(logger) }) as Logger & ServiceLogger;
}

/**
 * Makes a console that escapes invisible characters in each line and passes the line to the logger's console. JSON
 * escapes few of these characters.
 */
function visibleConsole(logger: Logger): object {
  // `console` is a private member of Logger. TypeScript lets code read it only in brackets.
  const console = logger['console'];
  const methods = Object.keys(LEVELS) as (keyof Log)[];
  const visible = methods.map((method) => [
    method,
    (line: string) => console[method](OF_PRINTED_ASCII.test(line) ? line : escapeLogLine(line)),
  ]);
  return Object.assign(Object.create(console) as object, Object.fromEntries(visible));
}

/** Makes a log that neither masks credentials nor cuts long values. It is for values that Tickover made itself. */
export function ownLog(logger: ServiceLogger): Log {
  return logTo((level, message, fields = {}) => logger[level](message, fields));
}

/**
 * Makes the log that a workload gets. It masks credentials, cuts long values, converts errors and replaces what JSON
 * can't express. It never throws. `AWS_LAMBDA_LOG_LEVEL` sets its level in Lambda, `POWERTOOLS_LOG_LEVEL` elsewhere.
 */
export function serviceLog(service: string, logger = serviceLogger(service)): Log {
  return logTo((level, message, fields = {}) => {
    if (logger.level <= LEVELS[level]) logger[level](toLogMessage(message), toLogFields(fields));
  });
}

/**
 * Makes an observer that writes one log line for each tick, and one for each crashed run. The fields need no masking or
 * cutting, since Tickover did both when it made the event.
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
 * The fields of the log line of a tick. Each is named here, so that renaming a property of the event doesn't change the
 * log.
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
