/**
 * Metrics out of Lambda, in CloudWatch's embedded metric format. Two a service, in unit Count:
 *
 *   FailureStreak  failures since the last success: at each run, each crash booking, and 0 at a resume
 *   Halted         1 while the service is halted, else 0: at each heard tick, each crash booking, and 0 at a resume
 *
 * With `detailed` also, in the same documents:
 *
 *   Duration       milliseconds, at each run that ended
 *   Lateness       milliseconds from the due time to the start, at each heard tick
 *   Overrun        milliseconds beyond the interval, at each run that took longer
 *   SkippedBackoff, SkippedDuplicate, SkippedHalted, SkippedLate, SkippedOverlap, SkippedPaused    1 at each tick skipped for it
 *
 * CloudWatch bills a metric for the hours in which it has samples. Two in any case; detailed, a service that does well is
 * billed four (Duration, Lateness), and one more for each of the seven others in the hours it occurs: eleven at most. A reason as a
 * second dimension would be billed the same and take a second document for each skip, since a document's metrics share
 * their dimensions.
 */

import type { SkipReason } from '../rules/index.ts';
import type { Observer, TickEvent } from '../tick/index.ts';
import { emfLines, type Sample } from './emf-lines.ts';
import { DEFAULT_NAMESPACE, type EmfOptions } from './emf-options.ts';
import { describesService } from './heard.ts';

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  backoff: 'SkippedBackoff',
  duplicate: 'SkippedDuplicate',
  halted: 'SkippedHalted',
  late: 'SkippedLate',
  overlap: 'SkippedOverlap',
  paused: 'SkippedPaused',
};

/** An observer that writes embedded metrics. They leave with `flush`, at once and synchronously, so that a process may end right after it. */
export function emfObserver({ namespace = DEFAULT_NAMESPACE, detailed = false }: EmfOptions = {}): Observer {
  const lines = emfLines(namespace);
  return {
    runCrashed: ({ service, streak, halted }) =>
      lines.add(service, { counts: { FailureStreak: streak, Halted: asNumber(halted) } }),
    tickEnded: (tickEvent) => {
      const sample = detailed ? merged(sampleOf(tickEvent), detailsOf(tickEvent)) : sampleOf(tickEvent);
      if (sample !== undefined) lines.add(tickEvent.service, sample);
    },
    resumed: (service) => lines.add(service, { counts: { FailureStreak: 0, Halted: 0 } }),
    flush: () => lines.flush(),
  };
}

function sampleOf(tickEvent: TickEvent): Sample | undefined {
  if (!describesService(tickEvent)) return undefined;
  const halted = asNumber(tickEvent.state.halt !== undefined);
  return {
    counts:
      tickEvent.disposition === 'ran' ? { FailureStreak: tickEvent.state.streak, Halted: halted } : { Halted: halted },
  };
}

/** A run that was given back unended has no outcome, and its duration says nothing. */
function detailsOf(tickEvent: TickEvent): Sample {
  const { reason, outcome, durationMs, latenessMs, overrunMs } = tickEvent;
  return {
    counts: reason === undefined ? {} : { [SKIPPED[reason]]: 1 },
    milliseconds: {
      ...(outcome === undefined || durationMs === undefined ? {} : { Duration: durationMs }),
      // Clocks disagree: a tick that was early was not late.
      ...(latenessMs === undefined || !describesService(tickEvent) ? {} : { Lateness: Math.max(0, latenessMs) }),
      ...(outcome === undefined || overrunMs === undefined ? {} : { Overrun: overrunMs }),
    },
  };
}

function merged(sample: Sample | undefined, details: Sample): Sample {
  return { ...details, counts: { ...sample?.counts, ...details.counts } };
}

function asNumber(flag: boolean): number {
  return flag ? 1 : 0;
}
