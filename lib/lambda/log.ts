/** The log: structured lines through Powertools, one wide line a tick. */
import { Logger } from '@aws-lambda-powertools/logger';
import { fitTrackRecord, type Policy } from '../rules/index.ts';
import type { Log } from '../service/index.ts';
import { toBoundedJson, toLogFields, toLogMessage } from '../text/index.ts';
import type { CrashEvent, Observer, TickEvent } from '../tick/index.ts';
import { toIso } from '../time/index.ts';

/** The message of the wide line that each tick leaves. */
export const TICK_MESSAGE = 'tick';
/** The message of the line that each booked crash leaves. */
export const CRASH_MESSAGE = 'run crashed';

/**
 * A log for one service; its lines carry the name as `service`. Messages and fields are told as plain data: bounded, credentials
 * masked, an error as its memo. What a line can't tell is told by a few words in its place; writing never throws. Level and switches
 * are Powertools' own (`POWERTOOLS_LOG_LEVEL`).
 */
export function serviceLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  const at =
    (level: keyof Log): Log['info'] =>
    (message, fields = {}) =>
      logger[level](toLogMessage(message), toLogFields(fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An observer that writes one wide line a tick, and a line for every crash that is booked. */
export function tickLog(log: Log, policy: Policy): Observer {
  return {
    tickEnded: (tickEvent) => log[levelOf(tickEvent)](TICK_MESSAGE, wideLine(tickEvent, policy)),
    runCrashed: (tickEvent) => log.warn(CRASH_MESSAGE, crashLine(tickEvent)),
  };
}

function levelOf({ outcome, verdict }: TickEvent): 'info' | 'warn' | 'error' {
  if (verdict === 'halted' || outcome === 'fatal') return 'error';
  return outcome === undefined || outcome === 'succeeded' ? 'info' : 'warn';
}

/** Every field is named here, so that what the story calls a thing inside is one matter, and what the log calls it another. */
function wideLine(tickEvent: TickEvent, policy: Policy): Record<string, unknown> {
  const { tick, state, failure, nextDue, result } = tickEvent;
  const scheduled = tick.kind === 'scheduled' ? tick : undefined;
  return withoutMissing({
    build: tickEvent.build,
    bypassed: tickEvent.bypassed,
    disposition: tickEvent.disposition,
    reason: tickEvent.reason,
    crashesBooked: tickEvent.crashesBooked,
    fence: tickEvent.fence,
    verdict: tickEvent.verdict,
    status: tickEvent.status,
    latenessMs: tickEvent.latenessMs,
    durationMs: tickEvent.durationMs,
    outcome: tickEvent.outcome,
    overrunMs: tickEvent.overrunMs,
    manual: tick.kind === 'manual',
    tick: scheduled && toIso(scheduled.scheduledFor),
    executionId: scheduled?.delivery?.executionId,
    attempt: scheduled?.delivery?.attempt,
    startedAt: toIso(tickEvent.startedAt),
    nextDue: nextDue === undefined ? undefined : toIso(nextDue),
    streak: state.streak,
    backoffCount: state.backoffCount,
    trackRecord: fitTrackRecord(policy, state.record)
      .map((outcome) => (outcome ? '1' : '0'))
      .join(''),
    lastSuccess: state.lastSuccess === undefined ? undefined : toIso(state.lastSuccess),
    result: result === undefined ? undefined : toBoundedJson(result),
    haltCause: state.halt?.cause,
    errorClass: failure?.errorClass,
    errorMessage: failure?.message,
    errorText: failure?.text,
  });
}

function crashLine(tickEvent: CrashEvent): Record<string, unknown> {
  return {
    fence: tickEvent.fence,
    streak: tickEvent.streak,
    halted: tickEvent.halted,
    bookedAt: toIso(tickEvent.bookedAt),
  };
}

/** What there is nothing to tell of is left out: the Logger would drop it anyhow. */
function withoutMissing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
