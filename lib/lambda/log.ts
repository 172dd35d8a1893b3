/** The log: structured lines through Powertools, one wide line a tick. */
import { Logger } from '@aws-lambda-powertools/logger';
import { fitRecord, type Policy } from '../rules/index.ts';
import { tellable, tellableFields, tellableMessage } from '../text/index.ts';
import type { CrashStory, Log, Observer, TickStory } from '../tick/index.ts';
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
      logger[level](tellableMessage(message), tellableFields(fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An observer that writes one wide line a tick, and a line for every crash that is booked. */
export function tickLog(log: Log, policy: Policy): Observer {
  return {
    tickEnded: (story) => log[levelOf(story)](TICK_MESSAGE, wideLine(story, policy)),
    crashBooked: (story) => log.warn(CRASH_MESSAGE, crashLine(story)),
  };
}

function levelOf({ outcome, verdict }: TickStory): 'info' | 'warn' | 'error' {
  if (verdict === 'halted' || outcome === 'fatal') return 'error';
  return outcome === undefined || outcome === 'succeeded' ? 'info' : 'warn';
}

/** Every field is named here, so that what the story calls a thing inside is one matter, and what the log calls it another. */
function wideLine(story: TickStory, policy: Policy): Record<string, unknown> {
  const { tick, state, failure, nextDue, result } = story;
  const scheduled = tick.kind === 'scheduled' ? tick : undefined;
  return withoutMissing({
    build: story.build,
    bypassed: story.bypassed,
    disposition: story.disposition,
    reason: story.reason,
    crashesBooked: story.crashesBooked,
    fence: story.fence,
    verdict: story.verdict,
    status: story.status,
    latenessMs: story.latenessMs,
    durationMs: story.durationMs,
    outcome: story.outcome,
    overrunMs: story.overrunMs,
    manual: tick.kind === 'manual',
    tick: scheduled && toIso(scheduled.scheduledFor),
    executionId: scheduled?.delivery?.executionId,
    attempt: scheduled?.delivery?.attempt,
    startedAt: toIso(story.startedAt),
    nextDue: nextDue === undefined ? undefined : toIso(nextDue),
    streak: state.streak,
    backoffCount: state.backoffCount,
    trackRecord: fitRecord(policy, state.record)
      .map((outcome) => (outcome ? '1' : '0'))
      .join(''),
    lastSuccess: state.lastSuccess === undefined ? undefined : toIso(state.lastSuccess),
    result: result === undefined ? undefined : tellable(result),
    haltCause: state.halt?.cause,
    errorClass: failure?.errorClass,
    errorMessage: failure?.message,
    errorText: failure?.text,
  });
}

function crashLine(story: CrashStory): Record<string, unknown> {
  return { fence: story.fence, streak: story.streak, halted: story.halted, bookedAt: toIso(story.bookedAt) };
}

/** What there is nothing to tell of is left out: the Logger would drop it anyhow. */
function withoutMissing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
